import { Controller, Get, type ModuleMetadata } from '@nestjs/common';
import { type EndpointName, HealthModule, type HealthModuleOptions, down } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { reportIn, statusesIn } from '../support/responses.js';
import { FakeIndicator, type FakeIndicatorClass } from '../support/fake-indicator.js';
import { ADAPTERS, type StartOptions, type TestApplication, startApplication } from '../support/start-application.js';

const PATHS: Readonly<Record<EndpointName, string>> = {
  overview: '/health',
  live: '/health/live',
  ready: '/health/ready',
  startup: '/health/startup',
  deep: '/health/deep',
  checks: '/health/stock',
};
const ENDPOINTS = Object.keys(PATHS) as EndpointName[];

describe.each(ADAPTERS)('endpoints on %s', (adapter) => {
  const start = (
    options: HealthModuleOptions = {},
    root: ModuleMetadata = { providers: [FakeIndicator('stock')] },
    more?: StartOptions,
  ): Promise<TestApplication> => startApplication(adapter, { ...root, imports: [HealthModule.forRoot(options)] }, more);

  describe('enabling endpoints', () => {
    it.each(ENDPOINTS)('%s: false removes only this endpoint', async (endpoint) => {
      const application = await start({ endpoints: { [endpoint]: false } });
      for (const other of ENDPOINTS) {
        const expected = other === endpoint ? 404 : 200;
        expect([other, (await application.get(PATHS[other])).status]).toEqual([other, expected]);
        expect([other, (await application.head(PATHS[other])).status]).toEqual([other, expected]);
      }
    });

    it.each(ENDPOINTS)('%s: true, or options, keep its path', async (endpoint) => {
      for (const setting of [true, {}]) {
        const application = await start({ endpoints: { [endpoint]: setting } });
        expect((await application.get(PATHS[endpoint])).status).toBe(200);
      }
    });

    it('all set to false: no endpoint exists', async () => {
      const application = await start({
        endpoints: { overview: false, live: false, ready: false, startup: false, deep: false, checks: false },
      });
      for (const path of Object.values(PATHS)) expect((await application.get(path)).status).toBe(404);
    });

    it('a disabled endpoint is 404, also by the query parameter deep', async () => {
      const application = await start({ endpoints: { ready: false, deep: false } });
      expect((await application.get('/health/ready')).status).toBe(404);
      expect((await application.get('/health/deep')).status).toBe(404);
      expect((await application.get('/health?deep=true')).status).toBe(404);
    });

    it('HealthService reports a probe although its endpoint is disabled', async () => {
      const { health } = await start({ endpoints: { ready: false } });
      expect((await health.report('ready')).status).toBe('UP');
    });
  });

  describe('paths', () => {
    it('each endpoint can be moved, and does not exist at its default path', async () => {
      const application = await start({
        endpoints: {
          live: { path: 'alive' },
          ready: { path: 'readiness' },
          startup: { path: 'started' },
          deep: { path: 'all.json' },
        },
      });
      for (const path of ['alive', 'readiness', 'started', 'all.json']) {
        expect([path, (await application.get(`/health/${path}`)).status]).toEqual([path, 200]);
      }
      for (const path of ['live', 'ready', 'startup', 'deep']) {
        expect([path, (await application.get(`/health/${path}`)).status]).toEqual([path, 404]);
      }
      expect(Object.keys(reportIn(await application.get('/health?deep=true')).details)).toEqual(['stock']);
    });

    it('two endpoints can exchange their paths', async () => {
      const application = await start(
        { endpoints: { live: { path: 'ready' }, ready: { path: 'live' } } },
        { providers: [FakeIndicator('stock', () => down('gone'))] },
      );
      expect((await application.get('/health/ready')).status).toBe(200);
      expect((await application.get('/health/live')).status).toBe(503);
    });

    it.each(['status', '/status', 'status/', '/status/', 'internal/status', '/internal/status/'])(
      'the base path can be %s',
      async (path) => {
        const application = await start({ path });
        const base = `/${path.replaceAll(/^\/|\/$/g, '')}`;
        for (const endpoint of ['', '/live', '/ready', '/startup', '/deep', '/stock']) {
          expect([endpoint, (await application.get(base + endpoint)).status]).toEqual([endpoint, 200]);
        }
        expect((await application.get('/health/ready')).status).toBe(404);
      },
    );

    it('a route of the application below the base path is served by the application', async () => {
      @Controller()
      class OrdersController {
        @Get('orders')
        orders(): string {
          return 'orders';
        }
        @Get('healthy')
        healthy(): string {
          return 'healthy';
        }
      }
      const application = await start({}, { controllers: [OrdersController] });
      expect((await application.get('/orders')).text).toBe('orders');
      expect((await application.get('/healthy')).text).toBe('healthy');
    });
  });

  describe('/health', () => {
    const withLive = (): FakeIndicatorClass[] => [
      FakeIndicator('stock', () => down('gone')),
      FakeIndicator('heart', () => down('stopped'), { probes: ['live'] }),
    ];

    it('responds like live', async () => {
      const application = await start({}, { providers: withLive() });
      const overview = await application.get('/health');
      expect([overview.status, overview.text]).toEqual([503, '{"status":"DOWN"}']);
    });

    it('runs only the indicators of live', async () => {
      const stock = FakeIndicator('stock');
      const application = await start({}, { providers: [stock] });
      expect((await application.get('/health')).text).toBe('{"status":"UP"}');
      expect(stock.runs).toHaveLength(0);
    });

    it.each([
      '?deep=true',
      '?deep=1',
      '?deep',
      '?deep=',
      '?deep=TRUE',
      '?a=b&deep=true',
      '?deep=true&deep=false',
      '?d%65ep=true',
    ])('responds with %s as deep', async (query) => {
      const application = await start({}, { providers: withLive() });
      const deep = await application.get(`/health${query}`);
      expect(deep.status).toBe(503);
      expect(statusesIn(deep)).toEqual({ stock: 'DOWN', heart: 'DOWN' });
      expect((await application.head(`/health${query}`)).headers['content-length']).toBe(
        deep.headers['content-length'],
      );
    });

    it.each(['?deep=false', '?deep=0', '?deep=no', '?DEEP=true', '?deeper=true', '?x=deep', '?'])(
      'responds with %s as live',
      async (query) => {
        const application = await start();
        expect((await application.get(`/health${query}`)).text).toBe('{"status":"UP"}');
      },
    );

    it('ignores the query on the other endpoints', async () => {
      const application = await start();
      expect((await application.get('/health/live?deep=true')).text).toBe('{"status":"UP"}');
    });
  });

  describe('/health/<name>', () => {
    it('evaluates one indicator or one group, whatever their probes', async () => {
      const application = await start(
        { groups: { billing: { indicators: ['ledger'], tags: ['money'] } } },
        {
          providers: [
            FakeIndicator('stock'),
            FakeIndicator('ledger', () => down('gone'), { critical: false }),
            FakeIndicator('bank', undefined, { tags: ['money'], probes: [] }),
            FakeIndicator('rates', undefined, { probes: ['billing'] }),
          ],
        },
      );

      const billing = await application.get('/health/billing');
      expect([billing.status, reportIn(billing).status]).toEqual([200, 'DEGRADED']);
      expect(statusesIn(billing)).toEqual({ ledger: 'DOWN', bank: 'UP', rates: 'UP' });
      // Requested alone, it is judged alone: its criticality does not count.
      const ledger = await application.get('/health/ledger');
      expect([ledger.status, reportIn(ledger).status, statusesIn(ledger)]).toEqual([503, 'DOWN', { ledger: 'DOWN' }]);
      expect((await application.get('/health/bank')).status).toBe(200);
    });

    it('distinguishes names by upper and lower case', async () => {
      const application = await start();
      expect((await application.get('/health/Stock')).status).toBe(404);
    });

    it('reports a disabled indicator as SKIPPED', async () => {
      const application = await start({}, { providers: [FakeIndicator('stock', undefined, { enabled: false })] });
      const stock = await application.get('/health/stock');
      expect([stock.status, reportIn(stock).status, statusesIn(stock)]).toEqual([200, 'UP', { stock: 'SKIPPED' }]);
    });
  });

  describe('aliases', () => {
    it('do not exist by default', async () => {
      const application = await start();
      for (const path of ['/livez', '/readyz', '/healthz']) expect((await application.get(path)).status).toBe(404);
    });

    it('are /livez, /readyz and /healthz with true', async () => {
      const application = await start({ aliases: true }, { providers: [FakeIndicator('stock', () => down('gone'))] });
      expect((await application.get('/livez')).text).toBe('{"status":"UP"}');
      expect((await application.get('/healthz')).text).toBe('{"status":"UP"}');
      const ready = await application.get('/readyz');
      expect([ready.status, statusesIn(ready)]).toEqual([503, { stock: 'DOWN' }]);
      expect((await application.head('/readyz')).status).toBe(503);
    });

    it('can be a map of custom paths', async () => {
      const application = await start({
        aliases: { '/up': 'ready', 'internal/started': 'startup', '/alive/': 'live' },
      });
      for (const path of ['/up', '/internal/started', '/alive']) {
        expect([path, (await application.get(path)).status]).toEqual([path, 200]);
      }
      expect((await application.get('/readyz')).status).toBe(404);
    });

    it('respond with the headers of their endpoint', async () => {
      const application = await start({ aliases: true, headers: { 'x-region': 'north' } });
      const [alias, endpoint] = [await application.get('/readyz'), await application.get('/health/ready')];
      for (const header of ['cache-control', 'content-type', 'x-health-status', 'x-region', 'x-service-version']) {
        expect([header, alias.headers[header]]).toEqual([header, endpoint.headers[header]]);
      }
    });

    it('exist when their endpoint is disabled', async () => {
      const application = await start({ aliases: { '/up': 'ready' }, endpoints: { ready: false } });
      expect((await application.get('/up')).status).toBe(200);
      expect((await application.get('/health/ready')).status).toBe(404);
    });

    it('stay at the root with a global prefix', async () => {
      const application = await start({ aliases: true }, {}, { prepare: (app) => app.setGlobalPrefix('api/v1') });
      expect((await application.get('/readyz')).status).toBe(200);
      expect((await application.get('/api/v1/readyz')).status).toBe(404);
      expect((await application.get('/api/v1/health/ready')).status).toBe(200);
      expect((await application.get('/health/ready')).status).toBe(404);
    });
  });
});
