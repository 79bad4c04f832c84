import * as fc from 'fast-check';
import { HealthModule, down, up } from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthOpenTelemetryModule } from 'nest-vitals/opentelemetry';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { describe, expect, it } from 'vitest';
import { FakeIndicator, type FakeIndicatorClass, throwing } from '../support/fake-indicator.js';
import { never } from '../support/latch.js';
import { fuzzedRequests, sendBytes } from '../support/fuzzed-request.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

/** The errors and results of checks, a key and the environment contain this secret. No response may contain it. */
const SECRET = 'hunter2';
const KEY = `key-${SECRET}`;

/** Every existing endpoint, and one path without an endpoint. */
const PATHS = [
  '/health',
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/health/deep',
  '/health?deep=true',
  '/health/stock',
  '/health/billing',
  '/health/metrics',
  '/health/dashboard',
  '/health/events',
  '/health/unheard-of',
  '/livez',
  '/readyz',
  '/healthz',
  '/',
];

/** The number of storms, and of simultaneous requests in each. */
const STORMS = 10;
const REQUESTS_AT_ONCE = 16;

describe.each(ADAPTERS)('a storm of requests on %s', (adapter) => {
  async function start(isGuarded: boolean): Promise<{ application: TestApplication; stock: FakeIndicatorClass }> {
    setVariables({ DATABASE_URL: `postgres://user:${SECRET}@db.internal/orders`, HEALTH_SECRET: SECRET });
    const stock = FakeIndicator('stock', () => up({ password: SECRET }), { tags: ['billing'] });
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({
          aliases: true,
          groups: { billing: { tags: ['billing'] } },
          ...(isGuarded && { access: { apiKeys: [KEY] } }),
        }),
        HealthDashboardModule.forRoot(),
        HealthPrometheusModule.forRoot(),
        HealthOpenTelemetryModule.forRoot(),
      ],
      providers: [
        stock,
        FakeIndicator('broken', throwing(new Error(`cannot reach postgres://user:${SECRET}@db.internal`)), {
          critical: false,
        }),
        FakeIndicator('lost', () => down(`postgres://user:${SECRET}@db.internal is gone`), { probes: [] }),
        FakeIndicator('hanging', never, { probes: [], timeout: 50 }),
      ],
    });
    return { application, stock };
  }

  const KINDS = [
    ['proper', 'with keys', true],
    ['proper', 'without keys', false],
    ['improper', 'with keys', true],
    ['improper', 'without keys', false],
  ] as const;

  it.each(KINDS)(
    'with %s requests, to an application %s, gets responses in time, without a 500 and without a secret',
    async (kind, _guard, isGuarded) => {
      const { application } = await start(isGuarded);
      const requests = fuzzedRequests(PATHS, [KEY, `Bearer ${KEY}`])[kind];
      let responded = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: REQUESTS_AT_ONCE }), async (storm) => {
          const responses = await Promise.all(storm.map((bytes) => sendBytes(application.port, bytes)));
          for (const { status = 0, text } of responses) {
            responded += status > 0 ? 1 : 0;
            const isFault = status >= 500 && !(status === 503 && /^x-health-status: /im.test(text));
            expect(isFault ? text.slice(0, 200) : '').toBe('');
            expect(text).not.toContain(SECRET);
          }
        }),
        { numRuns: STORMS },
      );
      expect(responded).toBeGreaterThan(STORMS);

      const live = await application.get('/health/live');
      expect([live.status, live.text]).toEqual([200, '{"status":"UP"}']);
      const deep = await application.get('/health/deep', { 'x-health-key': KEY });
      expect(deep.status).toBe(503);
      expect(deep.body).toMatchObject({
        status: 'DOWN',
        details: {
          stock: { status: 'UP' },
          broken: { status: 'DOWN', error: 'check failed' },
          lost: { status: 'DOWN' },
          hanging: { status: 'DOWN', error: 'timed out after 50 ms' },
        },
      });
      expect((await application.get('/health/metrics', { 'x-health-key': KEY })).status).toBe(200);
      expect((await application.get('/health/deep')).status).toBe(isGuarded ? 401 : 503);
      expect(Object.hasOwn(Object.prototype, 'deep')).toBe(false);
      // The failing checks are logged as warnings. The framework logs bodies that cannot be read.
      expect(application.log.health('error')).toEqual([]);
    },
    120_000,
  );
});
