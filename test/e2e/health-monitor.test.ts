import {
  HEALTH_ENDPOINTS,
  HEALTH_MONITOR,
  type ProbeResponse,
  type HealthEndpoints,
  HealthModule,
  type HealthMonitor,
  type HealthRun,
  type LifecycleState,
  degraded,
} from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { FakeIndicator } from '../support/fake-indicator.js';
import { never } from '../support/latch.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

describe.each(ADAPTERS)('HEALTH_MONITOR on %s', (adapter) => {
  const monitorOf = ({ app }: TestApplication): HealthMonitor => app.get(HEALTH_MONITOR);

  async function start(...indicators: ReturnType<typeof FakeIndicator>[]): Promise<TestApplication> {
    return startApplication(adapter, {
      imports: [HealthModule.forRoot({ groups: { billing: { tags: ['billing'] } } })],
      providers: indicators,
    });
  }

  it('reports every run with its outcome, its duration and whether it timed out', async () => {
    const application = await start(
      FakeIndicator('lagging', () => degraded('behind')),
      FakeIndicator('broken', () => {
        throw new Error('postgres://user:secret@db');
      }),
      FakeIndicator('hanging', never, { timeout: 20, critical: false }),
    );
    const runs: HealthRun[] = [];
    const end = monitorOf(application).onRun((run) => runs.push(run));
    await application.get('/health/deep');

    expect(runs.map(({ indicator, outcome, status, isTimeout }) => [indicator, outcome, status, isTimeout])).toEqual([
      ['lagging', 'DEGRADED', 'DEGRADED', false],
      ['broken', 'DOWN', 'DOWN', false],
      ['hanging', 'DOWN', 'DOWN', true],
    ]);
    expect(runs[0]).toMatchObject({ message: 'behind', duration: expect.any(Number), finishedAt: expect.any(Date) });
    expect(runs[1]).toMatchObject({ error: 'check failed', cause: expect.any(Error) });
    expect(runs[2]).toMatchObject({ error: 'timed out after 20 ms', code: 'ETIMEDOUT' });

    end();
    application.health.refuseTraffic('maintenance');
    await application.get('/health/broken');
    expect(runs).toHaveLength(3);
  });

  it('reports every response with its caller', async () => {
    const application = await start(FakeIndicator('stock', () => undefined, { tags: ['billing'] }));
    const responses: ProbeResponse[] = [];
    monitorOf(application).onResponse((response) => responses.push(response));
    application.health.refuseTraffic('maintenance');
    for (const path of ['/live', '/ready', '/startup', '/deep', '/billing', '/stock', '/unknown', '']) {
      await application.get(`/health${path}`, { 'user-agent': 'balancer' });
    }
    expect(responses.map(({ probe, statusCode }) => [probe, statusCode])).toEqual([
      ['live', 200],
      ['ready', 503],
      ['startup', 200],
      ['deep', 200],
      ['billing', 200],
      ['stock', 200],
      ['overview', 200],
    ]);
    expect(responses[0]).toMatchObject({ agent: 'balancer', address: expect.stringContaining('127.0.0.1') });
  });

  it('shows existing results without running a check', async () => {
    let runs = 0;
    const application = await start(FakeIndicator('stock', () => void (runs += 1), { ttl: 0, tags: ['billing'] }));
    const monitor = monitorOf(application);
    expect(monitor.peek('ready')).toMatchObject({ status: 'UNKNOWN', details: { stock: { status: 'UNKNOWN' } } });
    await application.get('/health/ready');
    expect(monitor.peek('stock')).toMatchObject({ status: 'UP' });
    expect(monitor.peek('billing').details).toHaveProperty('stock');
    expect(() => monitor.peek('no')).toThrow('no');
    expect(runs).toBe(1);

    expect(monitor.indicators).toEqual([
      {
        name: 'stock',
        critical: true,
        shared: false,
        scope: 'instance',
        probes: ['ready'],
        tags: ['billing'],
        strayRuns: 0,
      },
    ]);
    expect(monitor.probes).toEqual(['live', 'ready', 'startup', 'deep', 'billing']);
  });

  it('shows the earlier result during a run', async () => {
    const application = await start(FakeIndicator('hanging', never, { timeout: 400 }));
    const response = application.get('/health/ready');
    await expect
      .poll(() => monitorOf(application).peek('hanging').details['hanging'])
      .toMatchObject({ status: 'UNKNOWN', message: 'has not run yet' });
    await response;
  });

  it('reports each state of the application once', async () => {
    const application = await start();
    const states: LifecycleState[] = [];
    const monitor = monitorOf(application);
    monitor.onState((state) => states.push(state));
    expect(monitor.state).toEqual({ phase: 'accepting' });

    const open = application.health.refuseTraffic('maintenance');
    application.health.refuseTraffic('maintenance')();
    open();
    await application.app.close();
    expect(states).toEqual([
      { phase: 'refusing', reason: 'maintenance' },
      { phase: 'accepting' },
      ...['balancers', 'work', 'connections', 'done'].map((drainStep) => ({
        phase: 'draining',
        drainStep,
        reason: 'shutting down',
      })),
    ]);
  });

  it('calls a listener for every state change after its registration, whatever changed earlier', async () => {
    const application = await start();
    const monitor = monitorOf(application);
    monitor.onState(() => undefined)();
    const open = application.health.refuseTraffic('maintenance');

    const states: LifecycleState[] = [];
    monitor.onState((state) => states.push(state));
    open();
    application.health.refuseTraffic('maintenance');
    expect(states).toEqual([{ phase: 'accepting' }, { phase: 'refusing', reason: 'maintenance' }]);
  });

  it('continues after a listener throws, and calls the other listeners', async () => {
    const application = await start(FakeIndicator('stock', () => undefined));
    const monitor = monitorOf(application);
    const heard: string[] = [];
    const broken = (): never => {
      throw new Error('a listener of the test');
    };
    for (const listener of [broken, (event: object) => heard.push(Object.keys(event)[0] ?? '')]) {
      monitor.onRun(listener);
      monitor.onResponse(listener);
      monitor.onState(listener);
    }
    expect((await application.get('/health/ready')).status).toBe(200);
    application.health.refuseTraffic('maintenance');
    expect(heard).toEqual(['indicator', 'probe', 'phase']);
    expect(application.log.health('error').join('\n')).toContain('a listener of the test');
  });
});

describe.each(ADAPTERS)('HEALTH_ENDPOINTS on %s', (adapter) => {
  it('serve below the path of the probes, also when single checks are disabled', async () => {
    const application = await startApplication(
      adapter,
      { imports: [HealthModule.forRoot({ path: 'status', endpoints: { checks: false } })] },
      { prepare: (app) => app.setGlobalPrefix('api') },
    );
    application.app.get<HealthEndpoints>(HEALTH_ENDPOINTS).add({
      name: 'metrics',
      access: 'public',
      respond: async () => ({ statusCode: 200, contentType: 'text/plain', body: 'up 1\n' }),
    });
    const response = await application.get('/api/status/metrics');
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({ 'content-type': 'text/plain', 'cache-control': 'no-store' });
    expect(response.text).toBe('up 1\n');
    expect((await application.head('/api/status/metrics')).status).toBe(200);
    expect((await application.get('/api/status/other')).status).toBe(404);
  });

  it('respond with 401 to callers that may not see deep', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ access: { apiKeys: ['open-sesame'] } })],
    });
    application.app.get<HealthEndpoints>(HEALTH_ENDPOINTS).add({
      name: 'metrics',
      access: 'deep',
      respond: (_request, view) => ({ statusCode: 200, contentType: 'text/plain', body: view }),
    });
    expect((await application.get('/health/metrics')).status).toBe(401);
    const known = await application.get('/health/metrics', { 'x-health-key': 'open-sesame' });
    expect([known.status, known.text]).toEqual([200, 'full']);
  });
});
