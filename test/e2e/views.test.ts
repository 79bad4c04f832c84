import { type EndpointName, HealthModule, type HealthModuleOptions, type HealthView, down, up } from 'nest-vitals';
import type { Response } from 'supertest';
import { describe, expect, it } from 'vitest';
import { reportIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

const PATHS: Readonly<Record<EndpointName, string>> = {
  overview: '/health',
  live: '/health/live',
  ready: '/health/ready',
  startup: '/health/startup',
  deep: '/health/deep',
  checks: '/health/stock',
};
const ENDPOINTS = Object.keys(PATHS) as EndpointName[];
const VIEWS = ['status', 'components', 'full'] as const;

const DEFAULTS: Readonly<Record<EndpointName, HealthView>> = {
  overview: 'status',
  live: 'status',
  ready: 'components',
  startup: 'components',
  deep: 'full',
  checks: 'full',
};
const IN_PRODUCTION = { ...DEFAULTS, deep: 'components', checks: 'components' } as const;

const COMMON = ['status', 'timestamp', 'details', 'service_info'];
const OF_FULL = ['response_time_ms', 'checked_at', 'data'];

/**
 * The view of a response, judged only by its content. Content that matches no view exactly is reported as something
 * else.
 */
function viewIn(response: Response): HealthView | 'nothing' | 'something else' {
  if (response.status === 404) return 'nothing';
  const report = reportIn(response);
  const keys = Object.keys(report);
  if (keys.length === 1 && keys[0] === 'status') return 'status';
  if (!COMMON.every((key) => keys.includes(key))) return 'something else';
  const fields = new Set(Object.values(report.details).flatMap((detail) => Object.keys(detail)));
  if (fields.size === 1 && fields.has('status')) return 'components';
  return OF_FULL.every((field) => fields.has(field)) ? 'full' : 'something else';
}

describe.each(ADAPTERS)('views on %s', (adapter) => {
  const start = (options: HealthModuleOptions = {}): Promise<TestApplication> =>
    startApplication(adapter, {
      imports: [HealthModule.forRoot(options)],
      providers: [FakeIndicator('stock', () => up({ left: 3 }), { probes: ['live', 'ready', 'startup'] })],
    });

  describe.each([
    ['outside production', 'test', DEFAULTS],
    ['with NODE_ENV unset', undefined, DEFAULTS],
    ['in production', 'production', IN_PRODUCTION],
  ])('with %s', (_name, environment, defaults) => {
    it.each(ENDPOINTS)('%s is the default', async (endpoint) => {
      setVariables({ NODE_ENV: environment });
      const application = await start();
      expect(viewIn(await application.get(PATHS[endpoint]))).toBe(defaults[endpoint]);
    });

    it.each(ENDPOINTS)(
      '%s with each view set explicitly has that view, and no other endpoint changes',
      async (endpoint) => {
        setVariables({ NODE_ENV: environment });
        for (const view of VIEWS) {
          const application = await start({ endpoints: { [endpoint]: { view } } });
          for (const other of ENDPOINTS) {
            const hidden = endpoint === 'checks' && view === 'status' ? 'nothing' : view;
            expect([other, viewIn(await application.get(PATHS[other]))]).toEqual([
              other,
              other === endpoint ? hidden : defaults[other],
            ]);
          }
        }
      },
    );

    it('/health?deep=true has the view of deep', async () => {
      setVariables({ NODE_ENV: environment });
      expect(viewIn(await (await start()).get('/health?deep=true'))).toBe(defaults.deep);
      const application = await start({ endpoints: { overview: { view: 'full' }, deep: { view: 'status' } } });
      expect(viewIn(await application.get('/health?deep=true'))).toBe('status');
      expect(viewIn(await application.get('/health'))).toBe('full');
    });

    it('a view from the environment counts as explicit', async () => {
      setVariables({ NODE_ENV: environment, HEALTH_DEEP_VIEW: 'full', HEALTH_READY_VIEW: 'status' });
      const application = await start({ endpoints: { ready: { view: 'full' } } });
      expect(viewIn(await application.get('/health/deep'))).toBe('full');
      expect(viewIn(await application.get('/health/ready'))).toBe('status');
    });

    it('an alias has the view of its endpoint', async () => {
      setVariables({ NODE_ENV: environment });
      const application = await start({ aliases: true, endpoints: { live: { view: 'full' } } });
      expect(viewIn(await application.get('/livez'))).toBe('full');
      expect(viewIn(await application.get('/readyz'))).toBe('components');
    });
  });

  it('components contains each status, the reason and the service, without errors and times', async () => {
    setVariables({ NODE_ENV: 'production' });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' } })],
      providers: [FakeIndicator('stock', () => down('out of paper', { sheets: 0 }))],
    });
    application.health.refuseTraffic('maintenance');

    const ready = await application.get('/health/ready');
    expect(ready.body).toEqual({
      status: 'DOWN',
      reason: 'maintenance',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
      details: { stock: { status: 'DOWN' } },
      service_info: {
        name: 'orders',
        version: '1.4.2',
        environment: 'production',
        uptime_seconds: expect.any(Number) as unknown,
      },
    });
  });

  it('full also contains the errors, the timings and the data', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator('stock', () => down('out of paper', { sheets: 0 }), { critical: false })],
    });

    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown;
    expect(reportIn(await application.get('/health/deep')).details).toEqual({
      stock: {
        status: 'DOWN',
        critical: false,
        error: 'out of paper',
        response_time_ms: expect.any(Number) as unknown,
        checked_at: moment,
        since: moment,
        consecutive_failures: 1,
        data: { sheets: 0 },
      },
    });
  });

  it('status contains only the status, also when the application refuses traffic', async () => {
    const application = await start({ endpoints: { ready: { view: 'status' } } });
    application.health.refuseTraffic('secret maintenance');
    const ready = await application.get('/health/ready');
    expect([ready.status, ready.text]).toEqual([503, '{"status":"OUT_OF_SERVICE"}']);
  });

  describe('the boot message about the view in production', () => {
    const HINT = 'In production /health/deep shows components only.';
    const lines = async (options?: HealthModuleOptions): Promise<string[]> =>
      (await start(options)).log.health('warn').filter((line) => line.includes('In production'));

    it('explains once how to show deep', async () => {
      setVariables({ NODE_ENV: 'production' });
      const [line, ...others] = await lines();
      expect(others).toEqual([]);
      expect(line).toContain(HINT);
      for (const remedy of ['HEALTH_API_KEYS', 'authorize', 'view']) expect(line).toContain(remedy);
    });

    it('contains the path of deep', async () => {
      setVariables({ NODE_ENV: 'production' });
      expect(await lines({ path: 'internal/status', endpoints: { deep: { path: 'all' } } })).toEqual([
        expect.stringContaining('/internal/status/all'),
      ]);
    });

    it.each<[string, HealthModuleOptions]>([
      ['access is set', { access: { apiKeys: 'key' } }],
      ['the view is set', { endpoints: { deep: { view: 'components' } } }],
      ['deep is off', { endpoints: { deep: false } }],
    ])('is not logged when %s', async (_name, options) => {
      setVariables({ NODE_ENV: 'production' });
      expect(await lines(options)).toEqual([]);
    });

    it('is not logged outside production', async () => {
      expect(await lines()).toEqual([]);
    });
  });
});
