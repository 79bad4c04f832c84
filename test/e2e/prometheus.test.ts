import { Module, type ModuleMetadata } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { HEALTH_MONITOR, HealthModule, type HealthMonitor, degraded, down, skipped, up } from 'nest-vitals';
import { HealthPrometheusModule, type HealthPrometheusOptions } from 'nest-vitals/prometheus';
import { Counter, Gauge, Registry, type RegistryContentType } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { healthModuleMissing } from '../../src/errors/messages.js';
import { metricTaken, registryMissing } from '../../src/integrations/prometheus/prometheus-options.js';
import { stallOf } from '../support/event-loop-stall.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { latch, never } from '../support/latch.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, type TestApplication, createApplication, startApplication } from '../support/start-application.js';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

describe.each(ADAPTERS)('HealthPrometheusModule on %s', (adapter) => {
  const start = (
    providers: NonNullable<ModuleMetadata['providers']> = [],
    options?: HealthPrometheusOptions,
    health: Parameters<typeof HealthModule.forRoot>[0] = {},
  ): Promise<TestApplication> =>
    startApplication(adapter, {
      imports: [HealthPrometheusModule.forRoot(options), HealthModule.forRoot(health)],
      providers,
    });

  /** The lines of one metric, without comments. */
  async function read(application: TestApplication, metric: string): Promise<string[]> {
    const { text } = await application.get('/health/metrics');
    return text.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
  }

  it('counts the stalls of the event loop and their durations', async () => {
    const application = await start([]);
    const count = async (): Promise<string[]> => [
      ...(await read(application, 'health_event_loop_stalls_total')),
      ...(await read(application, 'health_event_loop_stall_seconds_sum')),
    ];
    expect(await count()).toEqual(['health_event_loop_stalls_total 0', 'health_event_loop_stall_seconds_sum 0']);
    application.app.get<HealthMonitor>(HEALTH_MONITOR).recordStall(stallOf(1500));
    application.app.get<HealthMonitor>(HEALTH_MONITOR).recordStall(stallOf(4500));
    expect(await count()).toEqual(['health_event_loop_stalls_total 2', 'health_event_loop_stall_seconds_sum 6']);
    const buckets = await read(application, 'health_event_loop_stall_seconds_bucket');
    expect(buckets).toContain('health_event_loop_stall_seconds_bucket{le="2.5"} 1');
    expect(buckets).toContain('health_event_loop_stall_seconds_bucket{le="5"} 2');
  });

  it('exports no series of an indicator that was removed, and counts from 0 when its name returns', async () => {
    const application = await start([FakeIndicator('stock', () => up())]);
    const linesOfTenant = async (): Promise<string[]> => {
      const { text } = await application.get('/health/metrics');
      return text.split('\n').filter((line) => line.includes('tenant'));
    };
    const handle = application.health.register('tenant', () => down('away'), { ttl: 0 });
    await application.get('/health/tenant');
    await application.get('/health/tenant');
    expect(await linesOfTenant()).toContain('health_check_runs_total{indicator="tenant",outcome="DOWN"} 2');
    expect(await linesOfTenant()).toContain(
      'health_probe_responses_total{probe="tenant",code="503",prober="kube-probe"} 2',
    );
    handle.remove();
    expect(await linesOfTenant()).toEqual([]);

    application.health.register('tenant', () => up(), { ttl: 0 });
    await application.get('/health/tenant');
    expect(await linesOfTenant()).toContain('health_check_runs_total{indicator="tenant",outcome="DOWN"} 0');
    expect(await linesOfTenant()).toContain('health_check_runs_total{indicator="tenant",outcome="UP"} 1');
  });

  it('exports one series for each status of an indicator and a probe, with 1 for the current one', async () => {
    const application = await start(
      [
        FakeIndicator('stock', () => degraded('behind')),
        FakeIndicator('payments', () => down('no'), { critical: false }),
      ],
      {},
      { groups: { billing: ['payments'] } },
    );
    await application.get('/health/deep');

    expect(await read(application, 'health_indicator_status')).toEqual(
      [
        ['stock', 'DEGRADED'],
        ['payments', 'DOWN'],
      ].flatMap(([indicator, known]) =>
        ['UP', 'DEGRADED', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN', 'SKIPPED'].map(
          (status) =>
            `health_indicator_status{indicator="${indicator}",status="${status}"} ${status === known ? 1 : 0}`,
        ),
      ),
    );
    const probes = await read(application, 'health_probe_status');
    expect(probes).toHaveLength(5 * 5);
    expect(probes.filter((line) => line.endsWith(' 1'))).toEqual([
      'health_probe_status{probe="live",status="UP"} 1',
      'health_probe_status{probe="ready",status="DEGRADED"} 1',
      'health_probe_status{probe="startup",status="UP"} 1',
      'health_probe_status{probe="deep",status="DEGRADED"} 1',
      'health_probe_status{probe="billing",status="DEGRADED"} 1',
    ]);
    expect(await read(application, 'health_indicator_info')).toEqual([
      'health_indicator_info{indicator="stock",critical="true"} 1',
      'health_indicator_info{indicator="payments",critical="false"} 1',
    ]);
  });

  it('counts runs, durations, timeouts and status changes, with every series starting at 0', async () => {
    const payments = FakeIndicator('payments', () => up(), { ttl: 0 });
    const application = await start([
      payments,
      FakeIndicator('hanging', never, { timeout: 20, probes: [] }),
      FakeIndicator('unused', () => skipped('not here'), { probes: [] }),
    ]);
    const nothing = ['payments', 'hanging', 'unused'];
    expect(await read(application, 'health_check_timeouts_total')).toEqual(
      nothing.map((indicator) => `health_check_timeouts_total{indicator="${indicator}"} 0`),
    );
    expect(await read(application, 'health_check_duration_seconds_count')).toEqual(
      nothing.map((indicator) => `health_check_duration_seconds_count{indicator="${indicator}"} 0`),
    );
    expect(await read(application, 'health_check_last_success_timestamp_seconds')).toEqual([]);

    const before = Date.now() / 1000;
    await application.get('/health/ready');
    await application.get('/health/ready');
    payments.behaviour = () => down('no');
    await application.get('/health/deep');

    expect((await read(application, 'health_check_runs_total')).filter((line) => !line.endsWith(' 0'))).toEqual([
      'health_check_runs_total{indicator="payments",outcome="UP"} 2',
      'health_check_runs_total{indicator="payments",outcome="DOWN"} 1',
      'health_check_runs_total{indicator="hanging",outcome="DOWN"} 1',
      'health_check_runs_total{indicator="unused",outcome="SKIPPED"} 1',
    ]);
    expect(await read(application, 'health_check_duration_seconds_count')).toEqual([
      'health_check_duration_seconds_count{indicator="payments"} 3',
      'health_check_duration_seconds_count{indicator="hanging"} 1',
      'health_check_duration_seconds_count{indicator="unused"} 0',
    ]);
    const buckets = await read(application, 'health_check_duration_seconds_bucket');
    expect(buckets).toContain('health_check_duration_seconds_bucket{le="0.01",indicator="hanging"} 0');
    expect(buckets).toContain('health_check_duration_seconds_bucket{le="5",indicator="hanging"} 1');
    expect(await read(application, 'health_check_timeouts_total')).toEqual([
      'health_check_timeouts_total{indicator="payments"} 0',
      'health_check_timeouts_total{indicator="hanging"} 1',
      'health_check_timeouts_total{indicator="unused"} 0',
    ]);
    expect(await read(application, 'health_check_stray_runs')).toEqual([
      'health_check_stray_runs{indicator="payments"} 0',
      'health_check_stray_runs{indicator="hanging"} 1',
      'health_check_stray_runs{indicator="unused"} 0',
    ]);
    expect(await read(application, 'health_indicator_status_changes_total')).toContain(
      'health_indicator_status_changes_total{indicator="payments"} 1',
    );
    const successes = await read(application, 'health_check_last_success_timestamp_seconds');
    expect(successes).toHaveLength(1);
    expect(Number(successes[0]?.split(' ').at(-1))).toBeGreaterThanOrEqual(Math.floor(before));
    expect(Number(successes[0]?.split(' ').at(-1))).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('counts responses by probe, status code and prober', async () => {
    const application = await start([FakeIndicator('payments', () => down('no'))]);
    for (const agent of ['kube-probe/1.31', 'kube-probe/1.30', 'an unknown prober {label="1"}']) {
      await application.get('/health/ready', { 'user-agent': agent });
    }
    await application.get('/health/live', { 'user-agent': 'curl/8.5.0' });
    await application.get('/health/unknown', { 'user-agent': 'curl/8.5.0' });
    const expected = [
      'health_probe_responses_total{probe="ready",code="503",prober="kube-probe"} 2',
      'health_probe_responses_total{probe="ready",code="503",prober="other"} 1',
      'health_probe_responses_total{probe="live",code="200",prober="curl"} 1',
    ];
    expect(await read(application, 'health_probe_responses_total')).toEqual(expected);
    expect(await read(application, 'health_probe_responses_total')).toEqual(expected);
  });

  it('exports the phase of the application and the step of the drain', async () => {
    const registry = new Registry();
    const draining = latch();
    const application = await start([], { registry }, { service: { name: 'orders', version: '1.4.2' } });
    const one = async (metric: string): Promise<string[]> =>
      (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${metric}{`) && line.endsWith(' 1'));

    expect(await one('health_service_info')).toEqual([
      expect.stringMatching(/^health_service_info\{(?=.*name="orders")(?=.*version="1\.4\.2").*\} 1$/),
    ]);
    expect(await one('health_application_phase')).toEqual(['health_application_phase{phase="accepting"} 1']);
    expect(await one('health_drain_step')).toEqual([]);
    const open = application.health.refuseTraffic('maintenance');
    expect(await one('health_application_phase')).toEqual(['health_application_phase{phase="refusing"} 1']);
    open();

    void application.health.delayShutdown('the last order', draining.promise);
    const closing = application.app.close();
    await expect.poll(() => one('health_drain_step')).toEqual(['health_drain_step{step="work"} 1']);
    expect(await one('health_application_phase')).toEqual(['health_application_phase{phase="draining"} 1']);
    draining.open();
    await closing;
    expect((await registry.metrics()).trim()).toBe('');
  });

  it('runs no check at a scrape and responds with 200 in every state', async () => {
    const payments = FakeIndicator('payments', () => down('no'), { ttl: 0 });
    const application = await start([payments]);
    await application.get('/health/ready');
    application.health.refuseTraffic('maintenance');
    const response = await application.get('/health/metrics');
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'Accept',
    });
    expect(payments.runs).toHaveLength(1);
  });

  it('responds in OpenMetrics if the Accept header prefers it, otherwise in the text format', async () => {
    const registry = new Registry();
    const orders = new Counter({ name: 'orders_total', help: 'Orders.', registers: [registry] });
    registry.setDefaultLabels({ zone: 'b' });
    orders.inc(3);
    const application = await start([FakeIndicator('stock')], { registry });
    await application.get('/health/ready');
    const text = (accept?: string): Promise<{ text: string; headers: Record<string, string> }> =>
      application.get('/health/metrics', accept === undefined ? {} : { accept });

    const openMetrics = await text('application/openmetrics-text;version=1.0.0;q=0.75,text/plain;q=0.5,*/*;q=0.1');
    expect(openMetrics.headers['content-type']).toBe(OPEN_METRICS);
    expect(openMetrics.text).toContain('# TYPE orders counter\norders_total{zone="b"} 3\n');
    expect(openMetrics.text).toContain('# TYPE health_check_runs counter\n');
    expect(openMetrics.text).toContain('health_check_runs_total{indicator="stock",outcome="UP",zone="b"} 1\n');
    expect(openMetrics.text).toContain('health_check_duration_seconds_bucket{le="+Inf",indicator="stock",zone="b"} 1');
    expect(openMetrics.text.endsWith('\n# EOF\n')).toBe(true);
    const older = ['text/plain;q=0.9', 'text/*;q=0.9', 'text/plain'].map(
      (other) => `application/openmetrics-text;q=0.5, ${other}`,
    );
    for (const accept of [undefined, '*/*', 'text/plain', ...older, 'application/openmetrics-text;q=much']) {
      const plain = await text(accept);
      expect(plain.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(plain.text).toContain('# TYPE health_check_runs_total counter\n');
    }
    const unreadable = await text('application/openmetrics-text;q=0.1, text/plain;q=much');
    expect(unreadable.headers['content-type']).toBe(OPEN_METRICS);
    expect((await text('application/openmetrics-text;q=0')).headers['content-type']).toMatch(/^text\/plain/);
  });

  it('always responds in OpenMetrics if the registry of the application uses it', async () => {
    const registry = new Registry<RegistryContentType>();
    registry.setContentType(OPEN_METRICS);
    const application = await start([FakeIndicator('stock')], { registry });
    await application.get('/health/ready');
    for (const accept of ['text/plain', 'application/openmetrics-text', 'text/plain']) {
      const response = await application.get('/health/metrics', { accept });
      expect(response.headers['content-type']).toBe(OPEN_METRICS);
      expect(response.text).toContain('# TYPE health_check_runs counter\n');
      expect(response.text).toContain('health_check_runs_total{indicator="stock",outcome="UP"} 1\n');
    }
  });

  it('exports indicators of lazily loaded modules', async () => {
    const application = await start();
    await application.app
      .get(LazyModuleLoader)
      .load(() => moduleNamed('LateModule', { providers: [FakeIndicator('late')] }));
    await application.get('/health/live');
    expect(await read(application, 'health_check_timeouts_total')).toEqual([
      'health_check_timeouts_total{indicator="late"} 0',
    ]);
    await application.get('/health/late');
    expect(await read(application, 'health_indicator_status')).toContain(
      'health_indicator_status{indicator="late",status="UP"} 1',
    );
  });

  it('exports the numbers of the option data, by default days_left', async () => {
    const certificate = FakeIndicator('certificate', () => up({ days_left: 12, issuer: 'a CA', depth: 3 }), {
      ttl: 0,
    });
    const providers = [certificate, FakeIndicator('words', () => up({ days_left: 'many', constructor: 1 }))];
    const byDefault = await start(providers);
    await byDefault.get('/health/ready');
    expect(await read(byDefault, 'health_indicator_data')).toEqual([
      'health_indicator_data{indicator="certificate",name="days_left"} 12',
    ]);
    const chosen = await start(providers, { data: ['depth', 'toString'] });
    await chosen.get('/health/ready');
    expect(await read(chosen, 'health_indicator_data')).toEqual([
      'health_indicator_data{indicator="certificate",name="depth"} 3',
    ]);
    // A value that is no longer reported has no series.
    certificate.behaviour = () => up();
    await chosen.get('/health/ready');
    expect(await read(chosen, 'health_indicator_data')).toEqual([]);
  });

  it('uses the options prefix and buckets', async () => {
    const application = await start([FakeIndicator('stock')], { prefix: 'orders_health_', buckets: [0.1, 1] });
    const { text } = await application.get('/health/metrics');
    expect(text.match(/^# TYPE (?!orders_health_)/gm)).toBeNull();
    expect(await read(application, 'orders_health_check_duration_seconds_bucket')).toEqual(
      ['0.1', '1', '+Inf'].map((le) => `orders_health_check_duration_seconds_bucket{le="${le}",indicator="stock"} 0`),
    );
  });

  it('adds no endpoint if endpoint is false, and adds the metrics to the registry', async () => {
    const registry = new Registry();
    const application = await start([], { registry, endpoint: false });
    expect((await application.get('/health/metrics')).status).toBe(404);
    expect(await registry.metrics()).toContain('health_application_phase{phase="accepting"} 1');
  });

  it('restricts the endpoint to callers that may read deep, unless access is public', async () => {
    const access = { access: { apiKeys: ['open-sesame'] } };
    const hidden = await start([], {}, access);
    expect((await hidden.get('/health/metrics')).status).toBe(401);
    expect((await hidden.get('/health/metrics', { authorization: 'Bearer open-sesame' })).status).toBe(200);
    const open = await start([], { access: 'public' }, access);
    expect((await open.get('/health/metrics')).status).toBe(200);
  });

  it('exports the health metrics although another metric of the registry cannot be read, and logs that once', async () => {
    const registry = new Registry();
    let isBroken = true;
    const queue = new Gauge({
      name: 'queue_length',
      help: 'Orders that wait.',
      registers: [registry],
      collect() {
        if (isBroken) throw new Error('the queue of the test, amqp://user:secret@broker');
        queue.set(3);
      },
    });
    const application = await start([], { registry });
    for (const accept of ['text/plain', 'application/openmetrics-text']) {
      const response = await application.get('/health/metrics', { accept });
      expect(response.status).toBe(200);
      expect(response.text).toContain('health_application_phase{phase="accepting"} 1');
      expect(response.text).not.toContain('queue_length');
    }
    expect(application.log.health('error')).toHaveLength(1);
    expect(application.log.health('error')[0]).toContain('the queue of the test');
    expect(application.log.text).not.toContain('secret');
    isBroken = false;
    expect((await application.get('/health/metrics')).text).toContain('queue_length 3');
    isBroken = true;
    await application.get('/health/metrics');
    expect(application.log.health('error')).toHaveLength(2);
  });

  it('accepts options from a factory', async () => {
    @Module({ providers: [{ provide: 'prefix', useValue: 'orders_' }], exports: ['prefix'] })
    class Configuration {}
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot(),
        HealthPrometheusModule.forRootAsync({
          imports: [Configuration],
          inject: ['prefix'],
          useFactory: async (prefix: string) => ({ prefix }),
        }),
      ],
    });
    expect((await application.get('/health/metrics')).text).toContain('orders_application_phase{phase="accepting"} 1');
  });

  it('removes its listeners at the shutdown', async () => {
    const application = await createApplication(adapter, {
      imports: [HealthPrometheusModule.forRoot(), HealthModule.forRoot()],
    });
    const monitor = application.app.get<HealthMonitor>(HEALTH_MONITOR);
    let listeners = 0;
    const counted =
      <Listener>(listen: (listener: Listener) => () => void) =>
      (listener: Listener) => {
        const end = listen(listener);
        listeners += 1;
        return () => {
          listeners -= 1;
          end();
        };
      };
    const onRun = counted(monitor.onRun.bind(monitor));
    const onChange = counted(monitor.onChange.bind(monitor));
    const onResponse = counted(monitor.onResponse.bind(monitor));
    Object.assign(monitor, { onRun, onChange, onResponse });
    await application.listen();
    expect(listeners).toBe(3);
    await application.app.close();
    expect(listeners).toBe(0);
  });

  it('removes only its own metrics from the registry at the shutdown', async () => {
    const registry = new Registry();
    const root = { imports: [HealthModule.forRoot(), HealthPrometheusModule.forRoot({ registry })] };
    const application = await startApplication(adapter, root);
    const orders = new Counter({ name: 'orders_total', help: 'Orders.', registers: [registry] });
    registry.removeSingleMetric('health_drain_step');
    const foreign = new Gauge({
      name: 'health_drain_step',
      help: 'A metric of the application.',
      registers: [registry],
    });
    await application.app.close();
    expect(registry.getMetricsAsArray()).toEqual([orders, foreign]);
    registry.clear();
    // The names are available for a second application.
    expect((await (await startApplication(adapter, root)).get('/health/metrics')).text).toContain(
      'health_probe_status',
    );
  });

  describe('refuses to start', () => {
    const faults = (options: object): ReturnType<typeof faultsOf> =>
      faultsOf(adapter, { imports: [HealthModule.forRoot(), HealthPrometheusModule.forRoot(options)] });

    it.each([
      [{ registri: 1 }, '', 'there is no option "registri"'],
      [{ registry: {} }, ', registry', 'its value is an object'],
      [{ endpoint: 'no' }, ', endpoint', 'its value is "no"'],
      [{ access: 'none' }, ', access', 'its value is "none"'],
      [{ prefix: 'health' }, ', prefix', 'its value is "health"'],
      [{ buckets: [1, 0.5] }, ', buckets', 'its value is an array'],
      [{ buckets: [0] }, ', buckets', 'its value is an array'],
      [{ buckets: ['1'] }, ', buckets', 'its value is an array'],
      [{ registry: {}, endpoint: false }, ', registry', 'its value is an object'],
      [{ buckets: [] }, ', buckets', 'its value is an array'],
      [{ data: [''] }, ', data', 'its value is an array'],
    ])('with %j', async (options, place, problem) => {
      expect(await faults(options)).toEqual([
        { place: `HealthPrometheusModule.forRoot()${place}`, problem, remedy: expect.any(String) },
      ]);
    });

    it('with every configuration fault in one error, and with null as options', async () => {
      expect(await faults({ prefix: '', endpoint: 1 })).toHaveLength(2);
      const factory = { useFactory: () => null as unknown as HealthPrometheusOptions };
      const root = { imports: [HealthModule.forRoot(), HealthPrometheusModule.forRootAsync(factory)] };
      expect(await faultsOf(adapter, root)).toMatchObject([{ problem: 'it returned nothing instead of the options' }]);
    });

    it('without an endpoint and without a registry', async () => {
      expect(await faults({ endpoint: false })).toEqual([registryMissing()]);
    });

    it('without HealthModule', async () => {
      expect(await faultsOf(adapter, { imports: [HealthPrometheusModule.forRoot()] })).toEqual([
        healthModuleMissing('HealthPrometheusModule.forRoot()', 'measure'),
      ]);
    });

    it('with a registry that already has a metric of the same name', async () => {
      const registry = new Registry();
      const taken = new Gauge({ name: 'health_drain_step', help: 'Taken.', registers: [registry] });
      expect(await faults({ registry })).toEqual([metricTaken('health_drain_step')]);
      expect(registry.getMetricsAsArray()).toEqual([taken]);
    });
  });

  it('registers no metric before the application is initialised', async () => {
    const registry = new Registry();
    await createApplication(adapter, {
      imports: [HealthModule.forRoot(), HealthPrometheusModule.forRoot({ registry })],
    });
    expect(registry.getMetricsAsArray()).toEqual([]);
  });
});
