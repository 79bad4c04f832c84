import { request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { LazyModuleLoader } from '@nestjs/core';
import { HealthModule, degraded, down, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { HealthConfigurationError } from '../../src/errors/configuration.error.js';
import { nameReserved, nameTaken } from '../../src/errors/messages.js';
import { reportIn, statusesIn } from '../support/responses.js';
import { FakeIndicator, throwing } from '../support/fake-indicator.js';
import { latch, never } from '../support/latch.js';
import { moduleNamed } from '../support/module-named.js';
import { passTime, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type Method, refusalOf, startApplication } from '../support/start-application.js';

const PROBES = ['/health', '/health/live', '/health/ready', '/health/startup', '/health/deep'];

describe.each(ADAPTERS)('aggregation and endpoints on %s', (adapter) => {
  it('responds 200 UP to every probe without indicators', async () => {
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()] });

    for (const path of PROBES) {
      const response = await application.get(path);
      expect([path, response.status, reportIn(response).status]).toEqual([path, 200, 'UP']);
    }
  });

  it('responds 503 to ready with all indicators when one is DOWN, and 200 to live', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [
        FakeIndicator('cache'),
        FakeIndicator('database', () => down('no connection')),
        FakeIndicator('queue'),
      ],
    });

    const ready = await application.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(reportIn(ready).status).toBe('DOWN');
    expect(statusesIn(ready)).toEqual({ cache: 'UP', database: 'DOWN', queue: 'UP' });
    expect((await application.get('/health/live')).status).toBe(200);
  });

  it('is 200 DEGRADED when a non-critical indicator throws or times out', async () => {
    const stock = FakeIndicator('stock', throwing(new Error('boom')), { critical: false, ttl: 0, timeout: 50 });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [stock] });

    const thrown = await application.get('/health/ready');
    expect([thrown.status, reportIn(thrown).status]).toEqual([200, 'DEGRADED']);
    expect(statusesIn(thrown)).toEqual({ stock: 'DOWN' });

    stock.behaviour = never;
    const timedOut = await application.get('/health/deep');
    expect([timedOut.status, reportIn(timedOut).status]).toEqual([200, 'DEGRADED']);
    expect(reportIn(timedOut).details['stock']).toMatchObject({
      status: 'DOWN',
      critical: false,
      error: 'timed out after 50 ms',
    });
  });

  it('is 503 DOWN with one indicator DEGRADED and one DOWN', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [
        FakeIndicator('replica', () => degraded('it lags')),
        FakeIndicator('database', () => down('no connection')),
      ],
    });

    const ready = await application.get('/health/ready');
    expect([ready.status, reportIn(ready).status]).toEqual([503, 'DOWN']);
  });

  it('fails ready for a shared indicator until it has passed once, and tolerates its failures after that', async () => {
    const database = FakeIndicator('database', () => down('no connection'), { ttl: 0, shared: true });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [database],
    });
    const probes = async (): Promise<unknown[]> => {
      const ready = await application.get('/health/ready');
      const live = await application.get('/health/live');
      return [ready.status, reportIn(ready).status, statusesIn(ready), live.status];
    };

    expect(await probes()).toEqual([503, 'DOWN', { database: 'DOWN' }, 200]);
    database.behaviour = () => up();
    expect(await probes()).toEqual([200, 'UP', { database: 'UP' }, 200]);
    database.behaviour = () => down('no connection');
    expect(await probes()).toEqual([200, 'DEGRADED', { database: 'DOWN' }, 200]);
  });

  it('reports a check as DOWN whatever it throws, and the results of the other checks', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [
        FakeIndicator('first'),
        FakeIndicator('error', throwing(new Error('boom'))),
        FakeIndicator('string', throwing('boom')),
        FakeIndicator('undefined', throwing(undefined)),
        FakeIndicator('rejected', () => Promise.reject(new Error('boom'))),
        FakeIndicator('rejected_with_nothing', () => Promise.reject()),
        FakeIndicator('asynchronous', async () => {
          await delay(1);
          throw new Error('boom');
        }),
        FakeIndicator('last'),
      ],
    });

    const ready = await application.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(statusesIn(ready)).toEqual({
      first: 'UP',
      error: 'DOWN',
      string: 'DOWN',
      undefined: 'DOWN',
      rejected: 'DOWN',
      rejected_with_nothing: 'DOWN',
      asynchronous: 'DOWN',
      last: 'UP',
    });
  });

  it.each([
    ['null', null, 'the check returned null instead of a result'],
    ["'ok'", 'ok', 'the check returned a string instead of a result'],
    ['42', 42, 'the check returned a number instead of a result'],
    ['true', true, 'the check returned a boolean instead of a result'],
    ['an array', [{ status: 'UP' }], 'the check returned an array instead of a result'],
    ["{ status: 'down' }", { status: 'down' }, 'the check returned an unknown status'],
    ["{ status: 'unhealthy' }", { status: 'unhealthy' }, 'the check returned an unknown status'],
    ['{}', {}, 'the check returned an unknown status'],
  ])('reports a check that returns %s as DOWN, with the reason', async (_name, returned, reason) => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator('odd', () => returned), FakeIndicator('fine')],
    });

    const deep = await application.get('/health/deep');
    expect(deep.status).toBe(503);
    expect(reportIn(deep).details['odd']).toMatchObject({ status: 'DOWN', error: reason, code: 'INVALID_RESULT' });
    expect(reportIn(deep).details['fine']).toMatchObject({ status: 'UP' });
  });

  it.each(['__proto__', 'constructor'])('refuses to start with an indicator named %s', async (name) => {
    const { error } = await refusalOf(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator(name)],
    });

    expect(error).toBeInstanceOf(HealthConfigurationError);
    expect(error).toHaveProperty('faults', [nameReserved('Fake in RootModule', name)]);
  });

  it('refuses to start with duplicate names, and lists each', async () => {
    const { error } = await refusalOf(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [
        FakeIndicator('foo'),
        FakeIndicator('bar'),
        FakeIndicator('baz'),
        FakeIndicator('foo'),
        FakeIndicator('baz'),
      ],
    });

    const places = ['Fake in RootModule', 'Fake in RootModule'];
    expect(error).toHaveProperty('faults', [nameTaken('foo', places), nameTaken('baz', places)]);
    expect(String(error)).toContain('"foo"');
    expect(String(error)).toContain('"baz"');
    expect(String(error)).not.toContain('"bar"');
  });

  it('responds 503 for an indicator that is DOWN, 404 for an unknown name, and runs no check for a POST', async () => {
    const database = FakeIndicator('database', () => down('no connection'), { ttl: 0, probes: ['live', 'ready'] });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [database] });

    expect((await application.get('/health/database')).status).toBe(503);
    expect((await application.get('/health/unheard-of')).status).toBe(404);

    const runs = database.runs.length;
    for (const method of ['post', 'put', 'patch', 'delete'] satisfies Method[]) {
      for (const path of [...PROBES, '/health/database']) {
        expect([404, 405]).toContain((await application.send(method, path)).status);
      }
    }
    expect(database.runs).toHaveLength(runs);
  });

  it('responds to HEAD like GET, without a body', async () => {
    stopClock();
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator('database', () => down('no connection'))],
    });

    for (const path of [...PROBES, '/health?deep=true', '/health/database', '/health/unheard-of']) {
      const get = await application.get(path);
      const head = await application.head(path);
      const { date: _getDate, ...getHeaders } = get.headers;
      const { date: _headDate, ...headHeaders } = head.headers;
      expect([path, head.status, headHeaders]).toEqual([path, get.status, getHeaders]);
      expect(head.text ?? '').toBe('');
    }
  });

  it('sends Cache-Control: no-store with every response, 200 or 503', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ access: { apiKeys: 'key' } })],
      providers: [FakeIndicator('database', () => down('no connection'))],
    });

    const seen = new Set<number>();
    for (const path of [...PROBES, '/health/database', '/health/unheard-of']) {
      const response = await application.get(path);
      expect([path, response.headers['cache-control']]).toEqual([path, 'no-store']);
      seen.add(response.status);
    }
    expect([...seen].toSorted((one, other) => one - other)).toEqual([200, 401, 404, 503]);
  });

  it('keeps 503 for DOWN when the status code of DEGRADED is configured', async () => {
    const database = FakeIndicator('database', () => degraded('it lags'), { ttl: 0 });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ statusCodes: { DEGRADED: 218 } })],
      providers: [database],
    });

    expect((await application.get('/health/ready')).status).toBe(218);
    database.behaviour = () => down('no connection');
    expect((await application.get('/health/ready')).status).toBe(503);
    database.behaviour = () => up();
    expect((await application.get('/health/ready')).status).toBe(200);
  });

  it('reports a check as DOWN when its timeout has passed, and aborts its signal', async () => {
    stopClock();
    const started = latch<AbortSignal>();
    const slow = FakeIndicator(
      'slow',
      async ({ signal }) => {
        const work = new Promise((resolve) => setTimeout(resolve, 2000));
        started.open(signal);
        await work;
      },
      { timeout: 100 },
    );
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [slow] });

    const response = application.get('/health/deep');
    const signal = await started.promise;
    await passTime(99);
    expect(signal.aborted).toBe(false);
    await passTime(1);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT' });

    const deep = await response;
    expect(deep.status).toBe(503);
    expect(reportIn(deep).details['slow']).toMatchObject({
      status: 'DOWN',
      error: 'timed out after 100 ms',
      code: 'ETIMEDOUT',
      response_time_ms: 100,
    });
  });

  it('runs the checks of ten indicators at the same time', async () => {
    stopClock();
    const allStarted = latch();
    let started = 0;
    const behaviour = async (): Promise<void> => {
      const work = new Promise((resolve) => setTimeout(resolve, 100));
      started += 1;
      if (started === 10) allStarted.open();
      await work;
    };
    const names = Array.from({ length: 10 }, (_value, index) => `check-${index}`);
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: names.map((name) => FakeIndicator(name, behaviour)),
    });

    const response = application.get('/health/deep');
    await allStarted.promise;
    await passTime(100);

    const { status, details } = reportIn(await response);
    expect(status).toBe('UP');
    expect(names.map((name) => details[name]?.response_time_ms)).toEqual(names.map(() => 100));
  });

  it('changes neither results nor state when a caller disconnects during a check', async () => {
    stopClock();
    const started = latch<AbortSignal>();
    const work = latch();
    const database = FakeIndicator('database', ({ signal }) => {
      started.open(signal);
      return work.promise;
    });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [database] });
    const changes: unknown[] = [];
    application.health.changes$.subscribe((change) => changes.push(change));

    const closed = latch();
    application.server.once('request', (request) => request.socket.once('close', () => closed.open()));
    const caller = httpRequest({ host: '127.0.0.1', port: application.port, path: '/health/ready' });
    // The test itself disconnects, so this error is expected.
    caller.on('error', () => undefined);
    caller.end();
    const signal = await started.promise;
    await passTime(10);
    caller.destroy();
    await closed.promise;
    expect(signal.aborted).toBe(false);

    work.open();
    const ready = await application.get('/health/ready');
    expect(ready.status).toBe(200);
    expect(statusesIn(ready)).toEqual({ database: 'UP' });
    expect(database.runs).toHaveLength(1);
    expect(signal.aborted).toBe(false);
    expect(changes).toEqual([]);
    expect(application.health.state).toBe('accepting');
    expect(application.log.health()).toEqual([]);
  });

  it('reports an indicator of a lazily loaded module', async () => {
    const late = FakeIndicator('late', () => down('not yet'));
    const LateModule = moduleNamed('LateModule', { providers: [late] });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator('early')],
    });
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ early: 'UP' });

    await application.app.get(LazyModuleLoader).load(() => LateModule);
    const ready = await application.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(statusesIn(ready)).toEqual({ early: 'UP', late: 'DOWN' });
  });

  it('reports an indicator that is disabled or whose condition is false as SKIPPED', async () => {
    const disabled = FakeIndicator('disabled', () => down('never asked'), { enabled: false });
    const conditional = FakeIndicator('conditional', () => down('never asked'), { when: () => false });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [disabled, conditional],
    });

    const ready = await application.get('/health/ready');
    expect([ready.status, reportIn(ready).status]).toEqual([200, 'UP']);
    expect(statusesIn(ready)).toEqual({ disabled: 'SKIPPED', conditional: 'SKIPPED' });
    expect(disabled.runs.length + conditional.runs.length).toBe(0);
  });

  it('hides components in the view "status", and responds 404 to /health/<name>', async () => {
    const hidden = { view: 'status' } as const;
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({
          endpoints: {
            overview: hidden,
            live: hidden,
            ready: hidden,
            startup: hidden,
            deep: hidden,
            checks: hidden,
          },
          groups: { billing: ['database'] },
        }),
      ],
      providers: [FakeIndicator('database', () => down('no connection'))],
    });

    for (const [path, status] of [
      ['/health', 'UP'],
      ['/health/live', 'UP'],
      ['/health/startup', 'UP'],
      ['/health/ready', 'DOWN'],
      ['/health/deep', 'DOWN'],
      ['/health?deep=true', 'DOWN'],
    ]) {
      expect((await application.get(String(path))).text).toBe(JSON.stringify({ status }));
    }
    const unknown = await application.get('/health/unheard-of');
    for (const path of ['/health/database', '/health/billing']) {
      const response = await application.get(path);
      expect([response.status, response.text]).toEqual([404, unknown.text]);
    }
  });

  it('shows no password from an error message in a response of any view', async () => {
    const database = FakeIndicator('database', throwing(new Error('cannot reach postgres://user:secret@db')));
    for (const view of ['status', 'components', 'full'] as const) {
      const shown = { view };
      const application = await startApplication(adapter, {
        imports: [
          HealthModule.forRoot({
            endpoints: { overview: shown, live: shown, ready: shown, startup: shown, deep: shown, checks: shown },
          }),
        ],
        providers: [database],
      });
      for (const path of [...PROBES, '/health?deep=true', '/health/database']) {
        const response = await application.get(path);
        expect(response.text + JSON.stringify(response.headers)).not.toContain('secret');
      }
      expect(application.log.text).not.toContain('secret');
      expect(application.log.text).toContain('postgres://***@db');
    }
  });
});
