import { Module, type ModuleMetadata } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import {
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  context,
  createContextKey,
  metrics,
  trace,
} from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import {
  HEALTH_MONITOR,
  HealthCheckError,
  HealthModule,
  type HealthMonitor,
  degraded,
  down,
  skipped,
  unknown,
  up,
} from 'nest-vitals';
import { HealthOpenTelemetryModule, type HealthOpenTelemetryOptions } from 'nest-vitals/opentelemetry';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { describe, expect, it, onTestFinished } from 'vitest';
import { healthModuleMissing } from '../../src/errors/messages.js';
import { nothingToExport } from '../../src/integrations/opentelemetry/opentelemetry-options.js';
import { stallOf } from '../support/event-loop-stall.js';
import { FakeIndicator, throwing } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { latch, never } from '../support/latch.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, type TestApplication, createApplication, startApplication } from '../support/start-application.js';
import { MetricsInMemory, NAMES_WITH_UNITS, SpansInMemory, followContext } from '../support/telemetry.js';

const SECRET = 'postgres://user:hunter2@db/orders';

describe.each(ADAPTERS)('HealthOpenTelemetryModule on %s', (adapter) => {
  type Providers = NonNullable<ModuleMetadata['providers']>;

  const start = (
    options: HealthOpenTelemetryOptions,
    providers: Providers = [],
    health: Parameters<typeof HealthModule.forRoot>[0] = {},
  ): Promise<TestApplication> =>
    startApplication(adapter, {
      imports: [HealthOpenTelemetryModule.forRoot(options), HealthModule.forRoot(health)],
      providers,
    });

  describe('metrics', () => {
    async function measured(
      providers: Providers = [],
      options: HealthOpenTelemetryOptions = {},
      health?: Parameters<typeof HealthModule.forRoot>[0],
    ): Promise<{ application: TestApplication; read: (metric: string) => Promise<string[]>; sdk: MetricsInMemory }> {
      const sdk = new MetricsInMemory();
      const application = await start({ meterProvider: sdk.provider, traces: false, ...options }, providers, health);
      return { application, sdk, read: (metric) => sdk.read(metric) };
    }

    it('of a removed indicator have the status 0, also where the SDK repeats the last value', async () => {
      const { application, read } = await measured([FakeIndicator('stock')]);
      const register = (): { remove(): void } => application.health.register('tenant', () => down('away'));
      const current = async (): Promise<string[]> =>
        (await read('health.indicator.status')).filter((point) => point.endsWith(': 1'));
      const handle = register();
      await application.health.report('deep');
      expect(await current()).toEqual(['stock UP: 1', 'tenant DOWN: 1']);
      handle.remove();
      // Listeners are called in a microtask.
      await Promise.resolve();
      expect(await current()).toEqual(['stock UP: 1']);
      expect(await current()).toEqual(['stock UP: 1']);
      register().remove();
      register();
      await application.health.report('deep');
      expect(await current()).toEqual(['stock UP: 1', 'tenant DOWN: 1']);
    });

    it('of a removed indicator disappear where the temporality is delta', async () => {
      const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
      const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 });
      const provider = new MeterProvider({ readers: [reader] });
      onTestFinished(() => provider.shutdown());
      const { application } = await measured([FakeIndicator('stock')], { meterProvider: provider });
      const handle = application.health.register('tenant', () => down('away'));
      await application.health.report('deep');
      const namesOf = async (indicator: string): Promise<string[]> => {
        exporter.reset();
        await provider.forceFlush();
        return exporter
          .getMetrics()
          .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
          .filter(({ dataPoints }) => dataPoints.some(({ attributes }) => attributes['indicator'] === indicator))
          .map(({ descriptor }) => descriptor.name);
      };
      expect(await namesOf('tenant')).toEqual(expect.arrayContaining(['health.indicator.status', 'health.check.runs']));
      handle.remove();
      await Promise.resolve();
      expect(await namesOf('tenant')).toEqual(['health.indicator.status']);
      expect(await namesOf('tenant')).toEqual([]);
      expect(await namesOf('stock')).toContain('health.indicator.status');
    });

    it('have one point for each status of an indicator and a probe, with 1 for the current one', async () => {
      const { application, read } = await measured(
        [
          FakeIndicator('stock', () => degraded('behind')),
          FakeIndicator('payments', () => down('no'), { critical: false }),
        ],
        {},
        { groups: { billing: ['payments'] } },
      );
      await application.get('/health/deep');
      expect(await read('health.indicator.status')).toEqual(
        [
          ['stock', 'DEGRADED'],
          ['payments', 'DOWN'],
        ].flatMap(([indicator, known]) =>
          ['UP', 'DEGRADED', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN', 'SKIPPED'].map(
            (status) => `${indicator} ${status}: ${status === known ? 1 : 0}`,
          ),
        ),
      );
      const probes = await read('health.probe.status');
      expect(probes).toHaveLength(5 * 5);
      expect(probes.filter((point) => point.endsWith(': 1'))).toEqual([
        'live UP: 1',
        'ready DEGRADED: 1',
        'startup UP: 1',
        'deep DEGRADED: 1',
        'billing DEGRADED: 1',
      ]);
      expect(await read('health.indicator.info')).toEqual(['stock true: 1', 'payments false: 1']);
    });

    it('count runs, durations, timeouts and status changes, with every counter starting at 0', async () => {
      const payments = FakeIndicator('payments', () => up(), { ttl: 0 });
      const { application, read } = await measured([
        payments,
        FakeIndicator('hanging', never, { timeout: 20, probes: [] }),
        FakeIndicator('unused', () => skipped('not here'), { probes: [] }),
      ]);
      expect(await read('health.check.timeouts')).toEqual(['payments: 0', 'hanging: 0', 'unused: 0']);
      expect(await read('health.indicator.status_changes')).toEqual(['payments: 0', 'hanging: 0', 'unused: 0']);
      expect(await read('health.check.runs')).toHaveLength(3 * 6);
      expect(await read('health.check.last_success_timestamp')).toEqual([]);

      const before = Date.now() / 1000;
      await application.get('/health/ready');
      await application.get('/health/ready');
      payments.behaviour = () => down('no');
      await application.get('/health/deep');

      expect((await read('health.check.runs')).filter((point) => !point.endsWith(': 0'))).toEqual([
        'payments UP: 2',
        'payments DOWN: 1',
        'hanging DOWN: 1',
        'unused SKIPPED: 1',
      ]);
      expect(await read('health.check.duration')).toEqual(['payments: 3', 'hanging: 1']);
      expect(await read('health.check.timeouts')).toEqual(['payments: 0', 'hanging: 1', 'unused: 0']);
      expect(await read('health.check.stray_runs')).toEqual(['payments: 0', 'hanging: 1', 'unused: 0']);
      expect(await read('health.indicator.status_changes')).toEqual(['payments: 1', 'hanging: 1', 'unused: 0']);
      const successes = await read('health.check.last_success_timestamp');
      expect(successes).toEqual([expect.stringMatching(/^payments: \d+/)]);
      expect(Number(successes[0]?.split(' ')[1])).toBeGreaterThanOrEqual(Math.floor(before));
    });

    it('count responses by status code and prober, also after the last collection before the shutdown', async () => {
      const { application, read, sdk } = await measured([FakeIndicator('payments', () => down('no'))]);
      await application.get('/health/ready', { 'user-agent': 'kube-probe/1.31' });
      await application.get('/health/ready', { 'user-agent': 'unknown' });
      const expected = ['ready 503 kube-probe: 1', 'ready 503 other: 1'];
      expect(await read('health.probe.responses')).toEqual(expected);
      expect(await read('health.probe.responses')).toEqual(expected);
      await application.get('/health/live', { 'user-agent': 'curl/8.5.0' });
      await application.app.close();
      await sdk.provider.shutdown();
      expect(sdk.last('health.probe.responses')).toEqual([...expected, 'live 200 curl: 1']);
    });

    it('have the phase of the application and the step of the drain', async () => {
      const { application, read } = await measured();
      const draining = latch();
      const one = async (metric: string): Promise<string[]> =>
        (await read(metric)).filter((point) => point.endsWith(': 1'));
      expect(await one('health.application.phase')).toEqual(['accepting: 1']);
      expect(await read('health.drain.step')).toEqual(['balancers: 0', 'work: 0', 'connections: 0', 'done: 0']);
      const open = application.health.refuseTraffic('maintenance');
      expect(await one('health.application.phase')).toEqual(['refusing: 1']);
      open();
      void application.health.delayShutdown('the last order', draining.promise);
      const closing = application.app.close();
      await expect.poll(() => one('health.drain.step')).toEqual(['work: 1']);
      expect(await one('health.application.phase')).toEqual(['draining: 1']);
      draining.open();
      await closing;
    });

    it('are collected without running a check, and include indicators of lazily loaded modules', async () => {
      const late = FakeIndicator('late');
      const { application, read } = await measured();
      await application.app.get(LazyModuleLoader).load(() => moduleNamed('LateModule', { providers: [late] }));
      await application.get('/health/live');
      expect(await read('health.check.timeouts')).toEqual(['late: 0']);
      expect((await read('health.indicator.status')).filter((point) => point.endsWith(': 1'))).toEqual([
        'late UNKNOWN: 1',
      ]);
      expect(late.runs).toEqual([]);
    });

    it('have the numbers of the option data, and the buckets of the option buckets', async () => {
      const { application, read, sdk } = await measured(
        [
          FakeIndicator('certificate', () => up({ days_left: 12, depth: 3 })),
          FakeIndicator('words', () => up({ depth: 'many', constructor: 1 })),
        ],
        { data: ['depth', 'toString'], buckets: [0.1, 1] },
      );
      await application.get('/health/ready');
      expect(await read('health.indicator.data')).toEqual(['certificate depth: 3']);
      const buckets = (await sdk.exposition()).match(/^health_check_duration_bucket\{indicator="words",le=".*"\}/gm);
      expect(buckets).toEqual(
        ['0.1', '1', '+Inf'].map((le) => `health_check_duration_bucket{indicator="words",le="${le}"}`),
      );
    });

    it('are neither counted nor collected after the shutdown', async () => {
      const { application, read } = await measured([FakeIndicator('stock')]);
      await application.get('/health/ready');
      const monitor = application.app.get<HealthMonitor>(HEALTH_MONITOR);
      await application.app.close();
      let reads = 0;
      Object.defineProperty(monitor, 'indicators', { get: () => (reads += 1) && [] });
      expect(await read('health.check.runs')).toContain('stock UP: 1');
      expect(reads).toBe(0);
    });

    it('use the global provider by default', async () => {
      const sdk = new MetricsInMemory();
      metrics.setGlobalMeterProvider(sdk.provider);
      onTestFinished(() => metrics.disable());
      await start({ traces: false });
      expect(await sdk.read('health.application.phase')).toContain('accepting: 1');
    });

    it('do not disturb probes if there is no SDK', async () => {
      const application = await start({}, [FakeIndicator('stock')]);
      expect((await application.get('/health/ready')).status).toBe(200);
      expect(application.log.health('error')).toEqual([]);
    });

    describe('through the exporter for Prometheus', () => {
      /** An application with both exporters and at least one series of each metric. */
      async function exported(views: ViewOptions[]): Promise<{ ours: string; theirs: string }> {
        const sdk = new MetricsInMemory(views);
        const application = await startApplication(adapter, {
          imports: [
            HealthOpenTelemetryModule.forRoot({ meterProvider: sdk.provider }),
            HealthPrometheusModule.forRoot(),
            HealthModule.forRoot({ service: { name: 'orders' } }),
          ],
          providers: [
            FakeIndicator('payments', () => down('no'), { critical: false }),
            FakeIndicator('hanging', never, { timeout: 20 }),
            FakeIndicator('certificate', () => up({ days_left: 12 })),
          ],
        });
        await application.get('/health/deep');
        application.app.get<HealthMonitor>(HEALTH_MONITOR).recordStall(stallOf(4200));
        const ours = (await application.get('/health/metrics')).text;
        return { ours, theirs: await sdk.exposition() };
      }

      /** The metrics with a series. OpenTelemetry does not export a metric without one, for example those of a fleet. */
      const typesIn = (exposition: string): string[] =>
        [...exposition.matchAll(/^# TYPE (\S+ \S+)\n(?=[^#\n])/gm)].map(([, type = '']) => type).toSorted();

      /** Each series with its value. The values of durations are omitted, because they depend on the runs. */
      const seriesIn = (exposition: string): string[] =>
        exposition
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => {
            const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
            const sorted = [...labels.matchAll(/\w+="[^"]*"/g)].map(([label]) => label).toSorted();
            return `${name}{${sorted.join()}}${name.includes('_duration_seconds_') ? '' : ` ${value}`}`;
          })
          .toSorted();

      it('have the names, labels and values of nest-vitals/prometheus, without health_service_info', async () => {
        const { ours, theirs } = await exported(NAMES_WITH_UNITS);
        const withoutService = (line: string): boolean => !line.startsWith('health_service_info');
        expect(typesIn(theirs)).toEqual(typesIn(ours).filter(withoutService));
        expect(typesIn(ours).filter((type) => !withoutService(type))).toEqual(['health_service_info gauge']);

        // The response to the first scrape is counted in the second scrape.
        const comparable = (line: string): boolean => withoutService(line) && !line.includes('probe="metrics"');
        expect(seriesIn(theirs).filter(comparable)).toEqual(seriesIn(ours).filter(comparable));
        expect(seriesIn(theirs).length).toBeGreaterThan(100);
      });

      it('have three names without a unit if the views are missing', async () => {
        const { ours, theirs } = await exported([]);
        const names = (exposition: string): string[] => typesIn(exposition).map((type) => type.split(' ')[0] ?? '');
        expect(names(theirs).filter((name) => !names(ours).includes(name))).toEqual([
          'health_check_duration',
          'health_check_last_success_timestamp',
          'health_event_loop_stall',
        ]);
      });
    });
  });

  describe('traces', () => {
    async function traced(
      providers: Providers = [],
      options: HealthOpenTelemetryOptions = {},
      health?: Parameters<typeof HealthModule.forRoot>[0],
    ): Promise<{ application: TestApplication; spans: SpansInMemory }> {
      followContext();
      const spans = new SpansInMemory();
      const application = await start(
        { tracerProvider: spans.provider, metrics: false, ...options },
        providers,
        health,
      );
      return { application, spans };
    }

    const summary = ({ name, attributes, status }: ReadableSpan): unknown[] => [
      name,
      attributes['health.check.outcome'],
      attributes['error.type'],
      status,
    ];

    it('have a span for each run with its outcome and error type, without the text of the thrown error', async () => {
      const { application, spans } = await traced([
        FakeIndicator('fine', () => up({ secret: SECRET })),
        FakeIndicator('lagging', () => degraded('behind')),
        FakeIndicator('returned', () => down('no')),
        FakeIndicator('puzzled', () => unknown('no reply yet')),
        FakeIndicator('refused', throwing(Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' }))),
        FakeIndicator('broken', throwing(new Error(SECRET)), { critical: false }),
        FakeIndicator('chosen', throwing(new HealthCheckError('queue is full', { code: 'FULL', cause: SECRET }))),
        FakeIndicator('malformed', () => SECRET),
        FakeIndicator('hanging', never, { timeout: 20 }),
        FakeIndicator('absent', () => skipped('not here')),
      ]);
      await application.get('/health/deep');

      const unset = { code: SpanStatusCode.UNSET };
      const failed = (message: string): object => ({ code: SpanStatusCode.ERROR, message });
      expect(spans.ended.map(summary)).toEqual([
        ['health.check fine', 'UP', undefined, unset],
        ['health.check lagging', 'DEGRADED', undefined, unset],
        ['health.check returned', 'DOWN', 'DOWN', failed('no')],
        ['health.check puzzled', 'UNKNOWN', 'UNKNOWN', failed('no reply yet')],
        ['health.check refused', 'DOWN', 'ECONNREFUSED', failed('connection refused')],
        ['health.check broken', 'DOWN', 'DOWN', failed('check failed')],
        ['health.check chosen', 'DOWN', 'FULL', failed('queue is full')],
        ['health.check malformed', 'DOWN', 'INVALID_RESULT', failed('the check returned a string instead of a result')],
        ['health.check absent', 'SKIPPED', undefined, unset],
        ['health.check hanging', 'DOWN', 'timeout', failed('timed out after 20 ms')],
      ]);
      for (const span of spans.ended) {
        expect(span.kind).toBe(SpanKind.INTERNAL);
        expect(span.instrumentationScope.name).toBe('nest-vitals');
        expect(span.attributes).toMatchObject({
          'health.indicator.name': span.name.replace('health.check ', ''),
          'health.indicator.critical': span.name !== 'health.check broken',
        });
        const exported = { ...span.attributes, events: span.events, status: span.status, links: span.links };
        expect(JSON.stringify(exported)).not.toContain('hunter2');
      }
      expect(spans.ended.at(-1)?.duration).not.toEqual([0, 0]);
    });

    it('have no span for cached results and for checks that are not called', async () => {
      const { application, spans } = await traced([
        FakeIndicator('stock', () => up(), { ttl: 60_000 }),
        FakeIndicator('disabled', () => up(), { enabled: false }),
        FakeIndicator('elsewhere', () => up(), { when: async () => false }),
      ]);
      for (let probes = 0; probes < 5; probes += 1) await application.get('/health/deep');
      expect(spans.ended.map(({ name }) => name)).toEqual(['health.check stock']);
    });

    it('have the request as the parent of a run, and the run as the parent of the spans of its check', async () => {
      const { application, spans } = await traced([
        FakeIndicator('database', async () => {
          await new Promise((resolve) => setImmediate(resolve));
          spans.start('SELECT 1').end();
        }),
        FakeIndicator('queue', () => spans.start('PING').end()),
      ]);
      const request = spans.start('GET /health/ready');
      await context.with(spans.within(request), () => application.health.report('ready'));
      const named = (name: string): ReadableSpan | undefined => spans.ended.find((span) => span.name === name);
      for (const [check, query] of [
        ['health.check database', 'SELECT 1'],
        ['health.check queue', 'PING'],
      ] as const) {
        expect(named(check)?.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
        expect(named(query)?.parentSpanContext?.spanId).toBe(named(check)?.spanContext().spanId);
        expect(named(query)?.spanContext().traceId).toBe(request.spanContext().traceId);
      }
    });

    it('have the HTTP request as the parent of a run', async () => {
      followContext();
      const spans = new SpansInMemory();
      const request = spans.start('GET /health/ready');
      const application = await startApplication(
        adapter,
        {
          imports: [HealthOpenTelemetryModule.forRoot({ tracerProvider: spans.provider }), HealthModule.forRoot()],
          providers: [FakeIndicator('database')],
        },
        {
          prepare: (app) =>
            app.use((_request: unknown, _response: unknown, next: () => void) =>
              context.with(spans.within(request), next),
            ),
        },
      );
      await application.get('/health/ready');
      expect(spans.ended.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId])).toEqual([
        ['health.check database', request.spanContext().spanId],
      ]);
    });

    it('have background runs as roots, in any context in which the application was started', async () => {
      followContext();
      const spans = new SpansInMemory();
      const main = spans.start('main');
      await context.with(spans.within(main), () =>
        startApplication(adapter, {
          imports: [HealthOpenTelemetryModule.forRoot({ tracerProvider: spans.provider }), HealthModule.forRoot()],
          providers: [FakeIndicator('stock', () => up(), { interval: 10 })],
        }),
      );
      await expect.poll(() => spans.ended.length).toBeGreaterThan(2);
      const traces = new Set(spans.ended.map((span) => span.spanContext().traceId));
      expect(traces.size).toBe(spans.ended.length);
      expect(traces).not.toContain(main.spanContext().traceId);
      expect(spans.ended.map(({ parentSpanContext }) => parentSpanContext).filter(Boolean)).toEqual([]);
    });

    it('have one span for each attempt of a run with retries', async () => {
      let attempts = 0;
      const { application, spans } = await traced([
        FakeIndicator('stock', () => ((attempts += 1) < 3 ? down('no') : up()), { retries: 2, retryDelay: 1 }),
      ]);
      expect((await application.get('/health/ready')).status).toBe(200);
      expect(
        spans.ended.map(({ attributes }) => [attributes['health.check.outcome'], attributes['health.check.retry']]),
      ).toEqual([
        ['DOWN', undefined],
        ['DOWN', 1],
        ['UP', 2],
      ]);
    });

    it('have no outcome on a span of an attempt that the shutdown interrupted', async () => {
      const called = latch();
      const { application, spans } = await traced([
        FakeIndicator('hanging', async () => called.open() ?? never(), { timeout: 20_000 }),
      ]);
      const report = application.health.report('ready');
      await called.promise;
      await application.app.close();
      await report;
      expect(spans.ended.map(summary)).toEqual([
        ['health.check hanging', undefined, undefined, { code: SpanStatusCode.UNSET }],
      ]);
    });

    it('have no span for a request whose tracing is suppressed', async () => {
      const { application, spans } = await traced([FakeIndicator('stock')]);
      // HTTP instrumentations mark ignored requests with this key.
      const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
      const report = () => application.health.report('ready');
      expect((await context.with(context.active().setValue(suppressed, true), report)).status).toBe('UP');
      expect(spans.ended).toEqual([]);
    });

    it('use the global provider by default', async () => {
      const spans = new SpansInMemory();
      trace.setGlobalTracerProvider(spans.provider);
      onTestFinished(() => trace.disable());
      const application = await start({ metrics: false }, [FakeIndicator('stock')]);
      await application.get('/health/ready');
      expect(spans.ended).toHaveLength(1);
    });

    it.each(['startSpan', 'setAttribute', 'setStatus', 'end'])('do not disturb probes if %s throws', async (method) => {
      const spans = new SpansInMemory();
      const broken = (): never => {
        throw new Error(`${method} of the test`);
      };
      const tracerProvider: TracerProvider = {
        getTracer: (name) => {
          const tracer = spans.provider.getTracer(name);
          const startSpan: typeof tracer.startSpan = (...all) =>
            method === 'startSpan' ? broken() : Object.assign(tracer.startSpan(...all), { [method]: broken });
          return { startSpan, startActiveSpan: tracer.startActiveSpan.bind(tracer) };
        },
      };
      const { application } = await traced([FakeIndicator('stock'), FakeIndicator('payments', () => down('no'))], {
        tracerProvider,
      });
      const response = await application.get('/health/deep');
      expect(response.body).toMatchObject({ details: { stock: { status: 'UP' }, payments: { status: 'DOWN' } } });
      expect(application.log.health('error').join('\n')).toContain(`${method} of the test`);
    });
  });

  it('exports only metrics or only spans if the other is switched off', async () => {
    const sdk = new MetricsInMemory();
    const spans = new SpansInMemory();
    const providers = { meterProvider: sdk.provider, tracerProvider: spans.provider };
    const application = await start({ ...providers, metrics: false }, [FakeIndicator('stock')]);
    await application.get('/health/ready');
    expect(await sdk.read('health.check.runs')).toEqual([]);
    expect(spans.ended).toHaveLength(1);
    const other = await start({ ...providers, traces: false }, [FakeIndicator('stock')]);
    await other.get('/health/ready');
    expect(await sdk.read('health.check.runs')).toContain('stock UP: 1');
    expect(spans.ended).toHaveLength(1);
  });

  it('accepts options from a factory', async () => {
    const sdk = new MetricsInMemory();
    @Module({ providers: [{ provide: 'metrics', useValue: sdk.provider }], exports: ['metrics'] })
    class Telemetry {}
    await startApplication(adapter, {
      imports: [
        HealthModule.forRoot(),
        HealthOpenTelemetryModule.forRootAsync({
          imports: [Telemetry],
          inject: ['metrics'],
          useFactory: async (meterProvider: MetricsInMemory['provider']) => ({ meterProvider }),
        }),
      ],
    });
    expect(await sdk.read('health.application.phase')).toContain('accepting: 1');
  });

  it('removes its listeners at the shutdown', async () => {
    const application = await createApplication(adapter, {
      imports: [HealthOpenTelemetryModule.forRoot(), HealthModule.forRoot()],
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
    const aroundCheck = counted(monitor.aroundCheck.bind(monitor));
    Object.assign(monitor, { onRun, onChange, onResponse, aroundCheck });
    await application.listen();
    expect(listeners).toBe(4);
    await application.app.close();
    expect(listeners).toBe(0);
  });

  it('creates no instrument before the application is initialised', async () => {
    const sdk = new MetricsInMemory();
    await createApplication(adapter, {
      imports: [HealthModule.forRoot(), HealthOpenTelemetryModule.forRoot({ meterProvider: sdk.provider })],
    });
    expect(await sdk.read('health.application.phase')).toEqual([]);
  });

  describe('refuses to start', () => {
    const faults = (options: object): ReturnType<typeof faultsOf> =>
      faultsOf(adapter, { imports: [HealthModule.forRoot(), HealthOpenTelemetryModule.forRoot(options)] });

    it.each([
      [{ metric: true }, '', 'there is no option "metric"'],
      [{ metrics: 'no' }, ', metrics', 'its value is "no"'],
      [{ traces: 1 }, ', traces', 'its value is 1'],
      [{ meterProvider: {} }, ', meterProvider', 'its value is an object'],
      [{ tracerProvider: null }, ', tracerProvider', 'its value is null'],
      [{ buckets: [1, 0.5] }, ', buckets', 'its value is an array'],
      [{ buckets: [] }, ', buckets', 'its value is an array'],
      [{ buckets: [0] }, ', buckets', 'its value is an array'],
      [{ data: [''] }, ', data', 'its value is an array'],
    ])('with %j', async (options, place, problem) => {
      expect(await faults(options)).toEqual([
        { place: `HealthOpenTelemetryModule.forRoot()${place}`, problem, remedy: expect.any(String) },
      ]);
    });

    it('with every configuration fault in one error, and with null as options', async () => {
      expect(await faults({ metrics: 1, buckets: 1, meterProvider: 1 })).toHaveLength(3);
      const factory = { useFactory: () => null as unknown as HealthOpenTelemetryOptions };
      const root = { imports: [HealthModule.forRoot(), HealthOpenTelemetryModule.forRootAsync(factory)] };
      expect(await faultsOf(adapter, root)).toMatchObject([{ problem: 'it returned nothing instead of the options' }]);
    });

    it('with metrics and traces both false', async () => {
      expect(await faults({ metrics: false, traces: false })).toEqual([nothingToExport()]);
    });

    it('without HealthModule', async () => {
      expect(await faultsOf(adapter, { imports: [HealthOpenTelemetryModule.forRoot()] })).toEqual([
        healthModuleMissing('HealthOpenTelemetryModule.forRoot()', 'measure'),
      ]);
    });
  });
});
