import { ApiExcludeController, ApiTags } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  HEALTH_ENDPOINTS,
  type HealthEndpoints,
  HealthModule,
  type HealthModuleOptions,
  degraded,
  down,
  outOfService,
  skipped,
  unknown,
  up,
} from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import type { Response } from 'supertest';
import { describe, expect, it } from 'vitest';
import { REPORT_SCHEMA } from '../../src/endpoints/schema/report-schema.js';
import { JSON_SHAPES } from '../../src/options/json-shape.js';
import { VIEWS } from '../../src/options/view.js';
import { ApiDocument } from '../support/api-document.js';
import { FakeIndicator, throwing } from '../support/fake-indicator.js';
import {
  ADAPTERS,
  type AdapterName,
  type Headers,
  type StartOptions,
  type TestApplication,
  createApplication,
} from '../support/start-application.js';

const everywhere = { probes: ['live', 'ready', 'startup'], ttl: 0 } as const;
const service = { name: 'orders', version: '1.4.2', environment: 'test', commit: '59ef241' };

/**
 * An application with one critical dependency that is DOWN until the test changes it, and the application's document.
 */
async function start(adapter: AdapterName, options: HealthModuleOptions, prepare?: StartOptions['prepare']) {
  const payments = FakeIndicator('payments', throwing(new Error('socket hang up')), everywhere);
  const application = await createApplication(
    adapter,
    {
      imports: [HealthModule.forRoot({ service, ...options })],
      providers: [
        payments,
        FakeIndicator('stock', () => degraded('30 s behind', { lag_seconds: 30 }), { ...everywhere, critical: false }),
        FakeIndicator('search', () => skipped('not here'), everywhere),
      ],
    },
    prepare && { prepare },
  );
  // Before the application is initialised, like most main.ts files.
  const api = ApiDocument.of(application.app);
  return { application: await application.listen(), api, payments };
}

/** The last one is unknown, so that the response is a 406. */
const FORMATS = ['json', 'health', 'text', 'png'];

/** Requests every endpoint in every format, and returns the differences between the responses and the description. */
async function mistakes(application: TestApplication, api: ApiDocument, headers: Headers = {}): Promise<string[]> {
  const questions: [template: string, url: string][] = [
    ['/health', '/health?deep=true'],
    ...['payments', 'nobody'].map((name): [string, string] => ['/health/{name}', `/health/${name}`]),
    ...api.paths.filter((path) => !path.includes('{')).map((path): [string, string] => [path, path]),
  ];
  const found: string[] = [];
  for (const [template, url] of questions.filter(([described]) => api.paths.includes(described))) {
    for (const format of FORMATS) {
      const formatted = `${url}${url.includes('?') ? '&' : '?'}format=${format}`;
      const response: Response = await application.get(formatted, headers);
      found.push(...api.mistakesIn(template, response));
      const head = await application.head(formatted, headers);
      found.push(...api.mistakesIn(template, head));
      if (head.status !== response.status) found.push(`HEAD ${url}: ${head.status}`);
    }
  }
  return found;
}

describe.each(ADAPTERS)('the API description on %s', (adapter) => {
  it.each(['3.0.0', '3.1.0'])('is valid OpenAPI %s', async (version) => {
    const { application } = await start(adapter, { aliases: true, access: { apiKeys: 'key' } });
    expect(await ApiDocument.of(application.app, version).errors()).toBeUndefined();
  });

  it.each(JSON_SHAPES)('describes exactly the responses of each endpoint, with the JSON of %s', async (format) => {
    const { application, api, payments } = await start(adapter, {
      format,
      aliases: true,
      headers: { 'X-Region': 'eu' },
    });
    expect(await mistakes(application, api)).toEqual([]);
    payments.behaviour = () => up({ pool_size: 10 });
    expect(await mistakes(application, api)).toEqual([]);
    expect(api.missingResponses).toEqual([]);
    application.health.refuseTraffic('maintenance');
    expect(await mistakes(application, api)).toEqual([]);
  });

  it('describes the responses to unauthenticated and authenticated callers', async () => {
    const { application, api, payments } = await start(adapter, {
      access: { apiKeys: 'key', authorize: ({ headers }) => headers['x-view'] === 'status' && 'status' },
      endpoints: { checks: { view: 'status' } },
    });
    const callers: Headers[] = [{}, { 'x-health-key': 'key' }, { 'x-view': 'status' }];
    for (const headers of callers) expect(await mistakes(application, api, headers)).toEqual([]);
    payments.behaviour = () => up();
    for (const headers of callers) expect(await mistakes(application, api, headers)).toEqual([]);
    // In the second round, the limit of wrong keys is exceeded from the first request on.
    for (let time = 0; time < 2; time += 1) {
      expect(await mistakes(application, api, { 'x-health-key': 'wrong' })).toEqual([]);
    }
    expect(api.missingResponses).toEqual([]);
    const { responses } = api.operation('/health/deep');
    expect(Object.keys(responses)).toEqual(['200', '401', '406', '429', '503']);
  });

  it('describes the responses above a rate limit', async () => {
    const { application, api } = await start(adapter, { rateLimit: { deep: '1/1h', checks: '1/1h' } });
    for (const [template, url] of [
      ['/health', '/health?deep'],
      ['/health/deep', '/health/deep'],
      ['/health/{name}', '/health/payments'],
      ['/health/{name}', '/health/payments'],
    ] as const) {
      expect(api.mistakesIn(template, await application.get(url))).toEqual([]);
    }
    expect(api.missingResponses.filter((place) => place.includes('429'))).toEqual(['/health 429 application/json']);
    const limited = api.paths.filter((path) => '429' in api.operation(path).responses);
    expect(limited).toEqual(['/health', '/health/deep', '/health/{name}']);

    const unlimited = await start(adapter, { access: { apiKeys: 'key' }, rateLimit: { failedKeys: false } });
    expect(unlimited.api.paths.filter((path) => '429' in unlimited.api.operation(path).responses)).toEqual([]);
  });

  it.each(VIEWS)('describes a report in the view %s', async (view) => {
    const endpoints = { live: { view }, ready: { view }, startup: { view }, deep: { view }, checks: { view } };
    const { application, api, payments } = await start(adapter, { endpoints });
    expect(await mistakes(application, api)).toEqual([]);
    payments.behaviour = () => up();
    expect(await mistakes(application, api)).toEqual([]);

    const otherView = view === 'full' ? 'status' : 'full';
    const other = await start(adapter, { endpoints: { ready: { view: otherView } } });
    expect(api.mistakesIn('/health/ready', await other.application.get('/health/ready'))).not.toEqual([]);
  });

  it('agrees with the JSON Schema of reports, in every view of every status', async () => {
    const ajv = new Ajv2020({ strict: true, allErrors: true });
    (addFormats as unknown as typeof addFormats.default)(ajv);
    const validate = ajv.compile(REPORT_SCHEMA);
    const { application, payments } = await start(adapter, { indicators: { payments: { failureThreshold: 2 } } });
    const behaviours = [
      () => up({ pool_size: 10, nested: { list: [1, null] } }),
      () => degraded('slow'),
      () => unknown('no lag is known'),
      () => outOfService('maintenance'),
      () => down('HTTP status 500'),
      () => skipped('not configured'),
      () => 'ok',
      throwing(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })),
    ];
    const statuses = new Set<string>();
    for (const behaviour of [...behaviours, ...behaviours]) {
      payments.behaviour = behaviour;
      for (const probe of ['live', 'ready', 'deep']) {
        const body: unknown = (await application.get(`/health/${probe}`)).body;
        validate(body);
        expect({ body, errors: validate.errors }).toEqual({ body, errors: null });
        statuses.add((body as { readonly status: string }).status);
      }
    }
    expect([...statuses].toSorted()).toEqual(['DEGRADED', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN']);
    expect(validate({ status: 'SKIPPED' })).toBe(false);
    expect(validate({ status: 'UP', timestamp: '2026-11-20T10:30:00.000Z' })).toBe(false);
  });

  it('has the enabled endpoints at their paths', async () => {
    const { application, api, payments } = await start(
      adapter,
      {
        path: 'internal/status',
        endpoints: { live: { path: 'alive' }, startup: false, checks: false, overview: false },
        aliases: { '/up': 'ready', '/start': 'startup' },
        statusCodes: { DEGRADED: 207, DOWN: 404 },
      },
      (app) => app.setGlobalPrefix('api'),
    );
    expect(api.paths.toSorted()).toEqual([
      '/api/internal/status/alive',
      '/api/internal/status/deep',
      '/api/internal/status/ready',
      '/up',
    ]);
    expect(Object.keys(api.operation('/up').responses)).toEqual(['200', '207', '404', '406', '503']);
    expect(api.operation('/up').operationId).toBe('HealthController_ready_up');
    expect(await mistakes(application, api)).toEqual([]);
    payments.behaviour = () => up();
    expect((await application.get('/up')).status).toBe(207);
  });

  it('describes no body for the status codes that have none', async () => {
    const { api } = await start(adapter, { statusCodes: { UP: 204, DEGRADED: 205, DOWN: 304 } });
    const { responses } = api.operation('/health/ready');
    const withBody = Object.entries(responses).flatMap(([code, { content }]) => (content ? [code] : []));
    expect([Object.keys(responses), withBody]).toEqual([
      ['204', '205', '304', '406', '503'],
      ['406', '503'],
    ]);
  });

  it('follows options from a factory, and omits single checks that no caller may see', async () => {
    const { app } = await createApplication(adapter, {
      imports: [
        HealthModule.forRootAsync({
          useFactory: async () => ({ path: 'late', endpoints: { checks: { view: 'status' } } }),
        }),
      ],
    });
    expect(ApiDocument.of(app).paths).toEqual(['/late', '/late/live', '/late/ready', '/late/startup', '/late/deep']);
  });

  it('is omitted on request, and uses the tags of the application', async () => {
    const imports = (decorators: HealthModuleOptions['decorators'] = []) => [
      [HealthModule.forRoot({ decorators })],
      [HealthModule.forRootAsync({ useFactory: () => ({}), decorators })],
      [HealthModule.forRootAsync({ useFactory: () => ({ decorators }) })],
    ];
    for (const excluded of imports([ApiExcludeController()])) {
      const { app } = await createApplication(adapter, { imports: excluded });
      expect(ApiDocument.of(app)).toMatchObject({ paths: [], schemas: [] });
    }
    for (const tagged of imports([ApiTags('operations')])) {
      const { app } = await createApplication(adapter, { imports: tagged });
      expect(ApiDocument.of(app).operation('/health/live')).toMatchObject({ tags: ['operations'] });
    }
  });

  it('has the metrics and the other endpoints of modules', async () => {
    const application = await createApplication(adapter, {
      imports: [
        HealthModule.forRoot({ access: { apiKeys: 'key' } }),
        HealthPrometheusModule.forRoot({ access: 'public' }),
      ],
    });
    const api = ApiDocument.of(application.app);
    const metrics = api.operation('/health/metrics');
    expect(Object.keys(metrics.responses)).toEqual(['200']);
    await application.listen();
    const plain = await application.get('/health/metrics');
    const open = await application.get('/health/metrics', { accept: 'application/openmetrics-text' });
    expect([...api.mistakesIn('/health/metrics', plain), ...api.mistakesIn('/health/metrics', open)]).toEqual([]);

    const endpoints: HealthEndpoints = application.app.get(HEALTH_ENDPOINTS);
    endpoints.addFormat({ name: 'csv', mediaType: 'text/csv', headers: {}, isForBrowsers: false, format: () => 'UP' });
    const later = ApiDocument.of(application.app);
    const csv = await application.get('/health/ready?format=csv');
    expect(later.mistakesIn('/health/ready', csv)).toEqual([]);
    expect(later.operation('/health/ready').parameters[0]?.schema.enum).toEqual(['json', 'health', 'text', 'csv']);
    expect(() =>
      endpoints.describe({ name: 'live', access: 'deep', summary: '', description: '', responses: [] }),
    ).toThrow('There are two endpoints named live');
  });

  it('has the page and its stream before the application is initialised', async () => {
    const application = await createApplication(adapter, {
      imports: [HealthModule.forRoot(), HealthDashboardModule.forRoot()],
    });
    const api = ApiDocument.of(application.app);
    expect(await api.errors()).toBeUndefined();
    await application.listen();
    expect(api.mistakesIn('/health/dashboard', await application.get('/health/dashboard'))).toEqual([]);
    expect(api.mistakesIn('/health/events', await application.head('/health/events'))).toEqual([]);
    expect(api.mistakesIn('/health/ready', await application.get('/health/ready?format=html'))).toEqual([]);

    const still = [HealthModule.forRoot(), HealthDashboardModule.forRoot({ events: false })];
    const { app } = await createApplication(adapter, { imports: still });
    expect(ApiDocument.of(app).paths.slice(-1)).toEqual(['/health/dashboard']);
  });

  it('has each schema once, also for a second application of the same module', async () => {
    const imports = [HealthModule.forRoot()];
    const first = ApiDocument.of((await createApplication(adapter, { imports })).app);
    const second = ApiDocument.of((await createApplication(adapter, { imports })).app);
    expect(second.document).toEqual(first.document);
    expect(first.schemas.length).toBeGreaterThan(5);
    expect(JSON.stringify(first.document.paths)).not.toContain('"properties"');
  });
});
