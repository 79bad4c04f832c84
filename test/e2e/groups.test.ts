import { Controller, Get } from '@nestjs/common';
import { HealthModule, type HealthModuleOptions, degraded, down } from 'nest-vitals';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { describe, expect, it } from 'vitest';
import { reportIn } from '../support/responses.js';
import { ApiDocument } from '../support/api-document.js';
import { FakeIndicator, type FakeIndicatorClass } from '../support/fake-indicator.js';
import { never } from '../support/latch.js';
import { passTimeUntil, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type StartOptions, type TestApplication, startApplication } from '../support/start-application.js';

describe.each(ADAPTERS)('groups with options of their own on %s', (adapter) => {
  @Controller()
  class CatchAll {
    @Get(adapter === 'fastify' ? '*' : '*rest')
    all(): string {
      return 'the application';
    }
  }

  const start = async (
    options: HealthModuleOptions,
    more: StartOptions = {},
  ): Promise<{ readonly application: TestApplication; readonly ledger: FakeIndicatorClass }> => {
    const ledger = FakeIndicator('ledger', () => degraded('slow'), { tags: ['billing'], ttl: 0 });
    const application = await startApplication(
      adapter,
      { imports: [HealthModule.forRoot(options)], controllers: [CatchAll], providers: [ledger, FakeIndicator('mail')] },
      more,
    );
    return { application, ledger };
  };
  const statusOf = async (application: TestApplication, path: string): Promise<number> =>
    (await application.get(path)).status;

  it('have their own view, status codes, and a path instead of their name', async () => {
    const { application, ledger } = await start({
      access: { apiKeys: 'a-key' },
      statusCodes: { DEGRADED: 207 },
      endpoints: { checks: { view: 'status' } },
      groups: {
        billing: { tags: ['billing'], view: 'status', statusCodes: { DOWN: 502 }, path: 'payments-state' },
        plain: { tags: ['billing'] },
      },
    });
    const stranger = await application.get('/health/payments-state');
    expect([stranger.status, stranger.body]).toEqual([207, { status: 'DEGRADED' }]);
    const operator = await application.get('/health/payments-state', { 'x-health-key': 'a-key' });
    expect(Object.keys(reportIn(operator).details ?? {})).toEqual(['ledger']);
    ledger.behaviour = () => down('gone');
    expect(await statusOf(application, '/health/payments-state')).toBe(502);
    expect((await application.head('/health/payments-state')).status).toBe(502);
    expect(await statusOf(application, '/health/billing')).toBe(404);
    // A group without its own view stays hidden, like every check.
    expect(await statusOf(application, '/health/plain')).toBe(404);
    expect((await application.get('/health/plain', { 'x-health-key': 'a-key' })).status).toBe(503);
  });

  it('have a deadline', async () => {
    stopClock();
    const { application, ledger } = await start({
      indicators: { ledger: { timeout: 5000 } },
      groups: { billing: { tags: ['billing'], deadline: 50 }, slow: { tags: ['billing'], deadline: 2000 } },
    });
    ledger.behaviour = () => never();
    const began = performance.now();
    const quick = await passTimeUntil(application.get('/health/billing').then((response) => response));
    expect(quick.status).toBe(503);
    expect(performance.now() - began).toBeLessThan(800);
    const middle = performance.now();
    await passTimeUntil(application.get('/health/slow').then((response) => response));
    expect(performance.now() - middle).toBeGreaterThan(1500);
  });

  it('have an additional path at the root, outside the prefix and before a catch-all route', async () => {
    const { application, ledger } = await start(
      { groups: { billing: { tags: ['billing'], view: 'status', additionalPath: '/internal/billing' } } },
      { prepare: (app) => void app.setGlobalPrefix('api') },
    );
    for (const path of ['/internal/billing', '/api/health/billing']) {
      const { status, body, headers } = await application.get(path);
      expect([path, status, body, headers['x-health-status']]).toEqual([path, 200, { status: 'DEGRADED' }, 'DEGRADED']);
    }
    ledger.behaviour = () => down('gone');
    expect(await statusOf(application, '/internal/billing')).toBe(503);
    expect(await statusOf(application, '/api/internal/billing')).toBe(200);
  });

  it('exist without the endpoint for single checks', async () => {
    const groups = { billing: { tags: ['billing'], additionalPath: '/billing' }, plain: ['ledger'] };
    const { application } = await start({ endpoints: { checks: false }, groups });
    expect(await statusOf(application, '/health/billing')).toBe(200);
    expect(await statusOf(application, '/billing')).toBe(200);
    for (const name of ['plain', 'ledger', 'unknown']) expect(await statusOf(application, `/health/${name}`)).toBe(404);
  });

  it('count as checks for the rate limit at every path', async () => {
    const groups = { billing: { tags: ['billing'], additionalPath: '/billing' } };
    const { application } = await start({ groups, rateLimit: { checks: '2/1h' } });
    expect(await statusOf(application, '/billing')).toBe(200);
    expect(await statusOf(application, '/health/billing')).toBe(200);
    expect(await statusOf(application, '/billing')).toBe(429);
  });

  it.each([false, true])('have the additional path on the main server only with a port, thread: %s', async (thread) => {
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({
          aliases: true,
          groups: { billing: { tags: ['billing'], view: 'status', path: 'money', additionalPath: '/billing' } },
        }),
        HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1', mainPort: false, thread }),
      ],
      providers: [FakeIndicator('ledger', () => down('gone'), { tags: ['billing'] })],
    });
    const { port = 0 } = application.app.get(HealthManagement).address ?? {};
    const onManagement = async (path: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    const main = await application.get('/billing');
    expect([main.status, main.body]).toEqual([503, { status: 'DOWN' }]);
    for (const path of ['/health/money', '/health/live', '/livez']) expect(await statusOf(application, path)).toBe(404);
    for (const path of ['/health/money', '/billing']) expect(await onManagement(path)).toBe(503);
    for (const path of ['/health/live', '/livez']) expect(await onManagement(path)).toBe(200);
    expect(await onManagement('/health/billing')).toBe(404);
  });

  it('are in the OpenAPI document with their paths and status codes', async () => {
    const { application, ledger } = await start({
      rateLimit: { checks: '100/1h' },
      groups: {
        'the-billing': {
          tags: ['billing'],
          view: 'status',
          statusCodes: { DOWN: 502 },
          path: 'money',
          additionalPath: '/up',
        },
        plain: ['ledger'],
      },
    });
    const api = ApiDocument.of(application.app);
    expect(await api.errors()).toBeUndefined();
    expect(api.paths).toEqual(expect.arrayContaining(['/health/money', '/up', '/health/{name}']));
    expect(api.paths).not.toContain('/health/plain');
    for (const path of ['/health/money', '/up']) {
      expect(Object.keys(api.operation(path).responses)).toEqual(['200', '406', '429', '502', '503']);
      expect(api.mistakesIn(path, await application.get(path))).toEqual([]);
    }
    ledger.behaviour = () => down('gone');
    expect(api.mistakesIn('/up', await application.get('/up'))).toEqual([]);
    const ids = api.paths.map((path) => api.document.paths[path]?.['get']?.operationId).filter(Boolean);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
