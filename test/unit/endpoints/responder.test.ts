import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Evaluation } from '../../../src/core/probe.js';
import type { StandardProbe } from '../../../src/core/registry.js';
import { UnknownProbeError } from '../../../src/errors/unknown-probe.error.js';
import { Access } from '../../../src/endpoints/access.js';
import type { HealthResponse } from '../../../src/endpoints/health-response.js';
import { RateLimiter } from '../../../src/endpoints/rate-limit/rate-limiter.js';
import { type ReportSource, Responder } from '../../../src/endpoints/responder.js';
import type { HealthEndpoint } from '../../../src/extension/health-endpoints.js';
import type { HealthModuleOptions, HealthRequest } from '../../../src/options/health-module-options.js';
import { resolveModuleOptions } from '../../../src/options/resolve-module.js';
import { RecordedEngine } from '../../support/engine.js';
import { START, advance, useFakeClock } from '../../support/fake-clock.js';
import { healthRequest } from '../../support/health-request.js';
import { never } from '../../support/latch.js';

/** Reports that the test sets, with a record of the requested ones. */
class Reports implements ReportSource {
  readonly asked: string[] = [];
  readonly evaluations = new Map<string, Evaluation | Promise<Evaluation>>();

  constructor(...names: string[]) {
    for (const name of ['live', 'ready', 'startup', 'deep', ...names]) this.set(name, 'UP');
  }

  set(name: string, status: 'UP' | 'DEGRADED' | 'DOWN' | 'OUT_OF_SERVICE' | 'UNKNOWN'): Evaluation {
    const evaluation: Evaluation = {
      reusableUntil: 0,
      revision: 0,
      checkedAt: '2026-11-20T10:29:59.000Z',
      report: {
        status,
        timestamp: START,
        details: { database: { status, error: `${name} error` } },
        service_info: { version: '1.4.2', uptime_seconds: 5 },
      },
    };
    this.evaluations.set(name, evaluation);
    return evaluation;
  }

  has(name: string): boolean {
    return this.evaluations.has(name);
  }

  evaluate(name: string): Evaluation | Promise<Evaluation> {
    this.asked.push(name);
    const evaluation = this.evaluations.get(name);
    if (!evaluation) throw new UnknownProbeError(name, []);
    return evaluation;
  }
}

function responderOf(
  source: ReportSource,
  options: HealthModuleOptions = {},
  variables: NodeJS.ProcessEnv = {},
): Responder {
  const { settings } = resolveModuleOptions({ service: { name: 'orders', version: '1.4.2' }, ...options }, variables);
  const access = settings.access && new Access(settings.access, () => undefined);
  return new Responder(settings, source, access);
}

const bodyOf = ({ body }: HealthResponse): unknown => JSON.parse(String(body));

/** The view that a response shows. */
function viewOf(response: HealthResponse): string {
  const body = bodyOf(response) as { details?: { database: { error?: string } } };
  if (!body.details) return 'status';
  return body.details.database.error === undefined ? 'components' : 'full';
}

const respondTo = (responder: Responder, probe: StandardProbe): ReturnType<Responder['deep']> =>
  probe === 'deep' ? responder.deep(healthRequest()) : responder.probe(probe, healthRequest());

const key = { 'x-health-key': 'k' };

describe('Responder', () => {
  useFakeClock();
  let reports: Reports;

  beforeEach(() => {
    reports = new Reports('database');
  });

  describe('a response', () => {
    it('has the report and all headers', async () => {
      const response = await responderOf(reports).deep(healthRequest());
      expect(response).toMatchObject({
        statusCode: 200,
        headers: {
          'cache-control': 'no-store',
          'content-type': 'application/json; charset=utf-8',
          'x-health-status': 'UP',
          'x-health-checked-at': '2026-11-20T10:29:59.000Z',
          'x-service-version': '1.4.2',
        },
      });
      expect(bodyOf(response)).toStrictEqual({
        status: 'UP',
        timestamp: START,
        details: { database: { status: 'UP', error: 'deep error' } },
        service_info: { version: '1.4.2', uptime_seconds: 5 },
      });
    });

    it.each([
      ['UP', 200],
      ['DEGRADED', 200],
      ['UNKNOWN', 503],
      ['OUT_OF_SERVICE', 503],
      ['DOWN', 503],
    ] as const)('to %s is %d, with Retry-After where it is 503', async (status, statusCode) => {
      reports.set('ready', status);
      const response = await responderOf(reports, { retryAfter: 7 }).probe('ready', healthRequest());
      expect(response.statusCode).toBe(statusCode);
      expect(response.headers['x-health-status']).toBe(status);
      expect(response.headers['retry-after']).toBe(statusCode === 503 ? '7' : undefined);
    });

    it('has the status code that a status is mapped to, and no Retry-After with another code than 503', async () => {
      reports.set('ready', 'DOWN');
      const response = await responderOf(reports, { statusCodes: { DOWN: 500 } }).probe('ready', healthRequest());
      expect(response.statusCode).toBe(500);
      expect(response.headers).not.toHaveProperty('retry-after');
    });

    it('has the headers of the application', async () => {
      const responder = responderOf(reports, { headers: { 'X-Team': 'orders' }, endpoints: { deep: false } });
      for (const response of [
        await responder.probe('live', healthRequest()),
        await responder.check('nowhere', healthRequest()),
      ]) {
        expect(response.headers).toMatchObject({ 'x-team': 'orders', 'cache-control': 'no-store' });
      }
    });

    it('shows the version of the service only in views above status, if there is one', async () => {
      const responder = responderOf(reports);
      expect((await responder.probe('live', healthRequest())).headers).not.toHaveProperty('x-service-version');
      expect((await responder.probe('ready', healthRequest())).headers).toHaveProperty('x-service-version');
      const { settings } = resolveModuleOptions({ service: { version: '1.4.2' } }, {});
      const nameless = new Responder({ ...settings, identity: {} }, reports);
      expect((await nameless.probe('ready', healthRequest())).headers).not.toHaveProperty('x-service-version');
    });

    it('is returned in the same turn of the event loop when the report exists', () => {
      const responder = responderOf(reports);
      const responses = [
        responder.probe('ready', healthRequest()),
        responder.overview(healthRequest('/health')),
        responder.check('database', healthRequest()),
      ];
      expect(responses.some((response) => response instanceof Promise)).toBe(false);
    });

    it('waits for a report that does not exist yet', async () => {
      reports.evaluations.set('ready', Promise.resolve(reports.set('ready', 'DOWN')));
      const response = responderOf(reports).probe('ready', healthRequest());
      expect(response).toBeInstanceOf(Promise);
      expect((await response).statusCode).toBe(503);
    });

    it('is rendered once as long as the report is the same', async () => {
      const responder = responderOf(reports);
      const first = responder.probe('ready', healthRequest());
      expect(responder.probe('ready', healthRequest())).toBe(first);
      reports.set('ready', 'UP');
      expect(responder.probe('ready', healthRequest())).not.toBe(first);
    });

    it('is rendered for each view and each name separately', async () => {
      reports.evaluations.set('live', reports.set('ready', 'UP'));
      const responder = responderOf(reports);
      expect(viewOf(await responder.probe('ready', healthRequest()))).toBe('components');
      expect(viewOf(await responder.probe('live', healthRequest()))).toBe('status');
      expect(viewOf(await responder.check('database', healthRequest()))).toBe('full');
    });
  });

  describe('the views', () => {
    it.each([
      ['live', 'status'],
      ['ready', 'components'],
      ['startup', 'components'],
      ['deep', 'full'],
    ] as const)('of %s is %s', async (probe, view) => {
      expect(viewOf(await respondTo(responderOf(reports), probe))).toBe(view);
      expect(reports.asked).toStrictEqual([probe]);
    });

    it('are the configured ones', async () => {
      const endpoints = { live: { view: 'full' }, deep: { view: 'status' }, checks: { view: 'components' } } as const;
      const responder = responderOf(reports, { endpoints });
      expect(viewOf(await responder.probe('live', healthRequest()))).toBe('full');
      expect(viewOf(await responder.deep(healthRequest()))).toBe('status');
      expect(viewOf(await responder.check('database', healthRequest()))).toBe('components');
    });

    it('are narrow in production', async () => {
      const responder = responderOf(reports, {}, { NODE_ENV: 'production' });
      expect(viewOf(await responder.deep(healthRequest()))).toBe('components');
      expect(viewOf(await responder.check('database', healthRequest()))).toBe('components');
    });
  });

  describe('/health', () => {
    it.each([
      '/health',
      '/health?',
      '/health?deep=false',
      '/health?deep=no',
      '/health?deeper=true',
      '/health?x=deep',
      '/deep',
    ])('responds as live: %s', async (url) => {
      const response = await responderOf(reports).overview(healthRequest(url));
      expect(reports.asked).toStrictEqual(['live']);
      expect(viewOf(response)).toBe('status');
    });

    it.each([
      '/health?deep=true',
      '/health?deep=TRUE',
      '/health?deep=1',
      '/health?deep',
      '/health?a=b&deep=',
      '/api/health?deep=true&x=1',
    ])('responds as deep: %s', async (url) => {
      const response = await responderOf(reports).overview(healthRequest(url));
      expect(reports.asked).toStrictEqual(['deep']);
      expect(viewOf(response)).toBe('full');
    });

    it('has its own view', async () => {
      const responder = responderOf(reports, { endpoints: { overview: { view: 'components' } } });
      expect(viewOf(await responder.overview(healthRequest('/health')))).toBe('components');
    });

    it('does not show deep if that is disabled', async () => {
      const responder = responderOf(reports, { endpoints: { deep: false } });
      expect((await responder.overview(healthRequest('/health?deep=true'))).statusCode).toBe(404);
      expect(reports.asked).toStrictEqual([]);
    });

    it('requires a key for ?deep with access control', async () => {
      const responder = responderOf(reports, { access: { apiKeys: 'k' } });
      expect((await responder.overview(healthRequest('/health?deep'))).statusCode).toBe(401);
    });
  });

  describe('/health/<name>', () => {
    it('evaluates one indicator or group', async () => {
      reports.set('database', 'DOWN');
      const response = await responderOf(reports).check('database', healthRequest());
      expect([response.statusCode, viewOf(response), reports.asked]).toStrictEqual([503, 'full', ['database']]);
    });

    it.each(['nowhere', 'live', 'ready', 'startup', 'deep', 'overview', 'checks', '__proto__', 'constructor'])(
      'is 404 for %s, which is not a name, and runs no check',
      async (name) => {
        const response = await responderOf(reports).check(name, healthRequest());
        expect(response.statusCode).toBe(404);
        expect(bodyOf(response)).toStrictEqual({ error: 'not found' });
        expect(response.headers).toMatchObject({ 'cache-control': 'no-store' });
        expect(reports.asked).toStrictEqual([]);
      },
    );

    it('is 404 where callers may see no components', async () => {
      const responder = responderOf(reports, { endpoints: { checks: { view: 'status' } } });
      expect((await responder.check('database', healthRequest())).statusCode).toBe(404);
      expect(reports.asked).toStrictEqual([]);
    });
  });

  describe('with access control', () => {
    const options = { access: { apiKeys: 'k' } };

    it('shows deep to authenticated callers only', async () => {
      const responder = responderOf(reports, options);
      const refused = await responder.deep(healthRequest());
      expect(refused).toMatchObject({
        statusCode: 401,
        headers: { 'www-authenticate': 'Bearer realm="health"', 'cache-control': 'no-store' },
      });
      expect(bodyOf(refused)).toStrictEqual({ error: 'unauthorized' });
      expect(reports.asked).toStrictEqual([]);
      expect(viewOf(await responder.deep(healthRequest('/', key)))).toBe('full');
    });

    it('shows the default views to unauthenticated callers, with the same status code as for other callers', async () => {
      reports.set('ready', 'DOWN');
      const responder = responderOf(reports, options);
      const responses = [
        await responder.probe('ready', healthRequest()),
        await responder.probe('ready', healthRequest('/', key)),
      ];
      expect(responses.map((response) => [response.statusCode, viewOf(response)])).toStrictEqual([
        [503, 'components'],
        [503, 'full'],
      ]);
    });

    it('shows only the status of live to unauthenticated callers', async () => {
      expect(viewOf(await responderOf(reports, options).probe('live', healthRequest()))).toBe('status');
    });

    it('widens /health, live and startup for authenticated callers', async () => {
      const responder = responderOf(reports, options);
      expect(viewOf(await responder.overview(healthRequest('/health', key)))).toBe('full');
      expect(viewOf(await responder.probe('live', healthRequest('/', key)))).toBe('full');
      expect(viewOf(await responder.probe('startup', healthRequest('/', key)))).toBe('full');
    });

    it('narrows only the view of deep by the result of authorize', async () => {
      const responder = responderOf(reports, {
        access: { authorize: () => 'status' },
        endpoints: { ready: { view: 'full' }, deep: { view: 'full' } },
      });
      expect(viewOf(await responder.probe('ready', healthRequest()))).toBe('full');
      expect(viewOf(await responder.deep(healthRequest()))).toBe('status');
    });

    it('shows single checks in the default view to unauthenticated callers, and in a wider view to authenticated callers', async () => {
      const responder = responderOf(reports, options);
      expect(viewOf(await responder.check('database', healthRequest()))).toBe('components');
      expect(viewOf(await responder.check('database', healthRequest('/', key)))).toBe('full');
    });

    it('hides single checks from unauthenticated callers whose view has no components', async () => {
      const responder = responderOf(reports, { ...options, endpoints: { checks: { view: 'status' } } });
      const hidden = await responder.check('database', healthRequest());
      expect(hidden).toStrictEqual(await responder.check('nowhere', healthRequest()));
      expect(reports.asked).toStrictEqual([]);
      expect(viewOf(await responder.check('database', healthRequest('/', key)))).toBe('full');
      expect((await responder.check('nowhere', healthRequest('/', key))).statusCode).toBe(404);
    });

    it.each<[string, HealthModuleOptions]>([
      ['single checks', {}],
      ['groups alone', { endpoints: { checks: false } }],
    ])('calls authorize for an unknown name too where %s are hidden', async (_name, more) => {
      reports.set('ledger', 'UP');
      const callers: unknown[] = [];
      const authorize = ({ url }: HealthRequest): Promise<boolean> => {
        callers.push(url);
        return new Promise((resolve) => {
          setTimeout(() => resolve(url === '/granted'), 30);
        });
      };
      const groups = { ledger: { indicators: ['database'], path: 'money' } };
      for (const url of ['/refused', '/granted']) {
        callers.length = 0;
        const responses = [];
        for (const name of ['nowhere', 'no/where', 'ledger', 'deep', 'money']) {
          const hiding = { access: { authorize }, groups, rateLimit: { checks: '9/1m' }, ...more } as const;
          const responder = responderOf(reports, hiding, { HEALTH_CHECKS_VIEW: 'status' });
          const response = responder.check(name, healthRequest(url));
          const settled = vi.fn<(response: HealthResponse) => void>();
          void Promise.resolve(response).then(settled);
          await advance(29);
          expect([name, settled.mock.calls.length]).toStrictEqual([name, 0]);
          await advance(1);
          expect([name, settled.mock.calls.length]).toStrictEqual([name, 1]);
          responses.push(await response);
        }
        expect(callers).toStrictEqual(responses.map(() => url));
        const existing = responses.pop();
        expect(existing?.statusCode).toBe(url === '/granted' ? 200 : 404);
        expect(new Set(responses.map(({ statusCode }) => statusCode))).toStrictEqual(new Set([404]));
        expect(responses[0]?.headers).toHaveProperty('ratelimit');
        for (const response of url === '/granted' ? responses : [...responses, existing]) {
          expect(response).toStrictEqual(responses[0]);
        }
      }
    });

    it('calls authorize while the checks run', async () => {
      const health = new RecordedEngine({ deadline: 800 }).add('database', never, { timeout: 60_000 });
      const responder = responderOf(health.engine, { access: { authorize: never } });
      const responded = vi.fn<(code: number) => void>();
      void Promise.resolve(responder.probe('ready', healthRequest())).then(({ statusCode }) => responded(statusCode));
      await advance(800);
      expect(responded).toHaveBeenCalledExactlyOnceWith(503);
    });

    it('responds to deep and single checks within the deadline although authorize is slow', async () => {
      await advance(10_000);
      const health = new RecordedEngine({ deadline: 800 }).add('database', never, { timeout: 60_000 });
      const authorize = async (): Promise<boolean> => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return true;
      };
      const responder = responderOf(health.engine, { access: { authorize } });
      const responded: string[] = [];
      void Promise.resolve(responder.deep(healthRequest())).then(() => responded.push('deep'));
      void Promise.resolve(responder.check('database', healthRequest())).then(() => responded.push('database'));
      await advance(799);
      expect(responded).toStrictEqual([]);
      await advance(1);
      expect(responded.toSorted()).toStrictEqual(['database', 'deep']);
    });

    it.each([
      ['ready', { endpoints: { ready: { deadline: 300 } } }, 150],
      ['deep', { endpoints: { deep: { deadline: 300 } } }, 150],
      ['deep', {}, 400],
    ] as const)('gives authorize half of the deadline of %s: %j', async (probe, settings, half) => {
      const view = respondTo(responderOf(reports, { ...settings, access: { authorize: never } }), probe);
      const responded = vi.fn<() => void>();
      void Promise.resolve(view).then(responded);
      await advance(half - 1);
      expect(responded).not.toHaveBeenCalled();
      await advance(1);
      expect(responded).toHaveBeenCalledOnce();
    });
  });

  describe('a listener of the responses', () => {
    const followed = (): { responder: Responder; told: [string, number][] } => {
      const told: [string, number][] = [];
      const { settings } = resolveModuleOptions({ service: { name: 'orders', version: '1' } }, {});
      const responder = new Responder(settings, reports, undefined, (probe, request, { statusCode }) => {
        expect(request.url).toBe('/asked');
        told.push([probe, statusCode]);
      });
      return { responder, told };
    };

    it('receives each response, synchronous or not', async () => {
      const { responder, told } = followed();
      await responder.probe('ready', healthRequest('/asked'));
      reports.evaluations.set('ready', Promise.resolve(reports.set('ready', 'DOWN')));
      await responder.probe('ready', healthRequest('/asked'));
      await advance(0);
      expect(told).toStrictEqual([
        ['ready', 200],
        ['ready', 503],
      ]);
    });

    it('receives the requested probe, and never an unknown name', async () => {
      const { responder, told } = followed();
      await responder.probe('live', healthRequest('/asked'));
      await responder.deep(healthRequest('/asked'));
      await responder.overview(healthRequest('/asked'));
      await responder.check('database', healthRequest('/asked'));
      await responder.check('unknown', healthRequest('/asked'));
      expect(told.map(([probe]) => probe)).toStrictEqual(['live', 'deep', 'overview', 'database']);
    });
  });

  describe('with rate limits', () => {
    const from = (ip: string, url?: string, headers?: HealthRequest['headers']): HealthRequest => ({
      ...healthRequest(url, headers),
      ip,
    });
    const CALLER = from('10.0.0.7');
    const limit = '2/1m';

    it('limits deep for each address, with and without the query of the overview', async () => {
      const responder = responderOf(reports, { rateLimit: { deep: limit } });
      const first = await responder.deep(CALLER);
      expect(first).toMatchObject({
        statusCode: 200,
        headers: { 'ratelimit-policy': '"deep";q=2;w=60', ratelimit: '"deep";r=1;t=30', 'x-health-status': 'UP' },
      });
      expect(first.fields.join()).toContain('ratelimit,"deep";r=1;t=30');
      expect((await responder.overview(from('10.0.0.7', '/health?deep'))).statusCode).toBe(200);
      for (const refused of [
        await responder.deep(CALLER),
        await responder.overview(from('10.0.0.7', '/health?deep')),
      ]) {
        expect(refused).toMatchObject({
          statusCode: 429,
          headers: {
            'cache-control': 'no-store',
            'content-type': 'application/json; charset=utf-8',
            'ratelimit-policy': '"deep";q=2;w=60',
            ratelimit: '"deep";r=0;t=30',
            'retry-after': '30',
          },
        });
        expect(bodyOf(refused)).toStrictEqual({ error: 'too many requests' });
      }
      expect(reports.asked).toStrictEqual(['deep', 'deep']);
      expect((await responder.deep(from('10.0.0.8'))).statusCode).toBe(200);
      expect((await responder.check('database', CALLER)).headers).not.toHaveProperty('ratelimit');
      expect(await responder.deep(from('10.0.0.9'))).not.toBe(await responder.deep(from('10.0.0.9')));
    });

    it('limits single checks, and counts names that do not exist', async () => {
      const responder = responderOf(reports, {
        rateLimit: { checks: limit },
        access: { apiKeys: 'k' },
        endpoints: { checks: { view: 'status' } },
      });
      const statuses: number[] = [];
      for (const name of ['unknown', 'database', 'unknown', 'database']) {
        statuses.push((await responder.check(name, CALLER)).statusCode);
      }
      expect(statuses).toStrictEqual([404, 404, 429, 429]);
      // The responses to both names are the same, so that they do not reveal which names exist.
      const both = [await responder.check('unknown', CALLER), await responder.check('database', CALLER)];
      expect(both[0]).toStrictEqual(both[1]);
    });

    it('never limits live, ready, startup and the overview', async () => {
      const responder = responderOf(reports, {
        rateLimit: { deep: limit, checks: limit, control: limit, failedKeys: limit },
      });
      const plain = responderOf(reports);
      for (let count = 0; count < 10; count += 1) {
        for (const probe of ['live', 'ready', 'startup'] as const) {
          expect(await responder.probe(probe, CALLER)).toStrictEqual(await plain.probe(probe, CALLER));
        }
        expect(await responder.overview(CALLER)).toStrictEqual(await plain.overview(CALLER));
      }
    });

    it('counts a refused request under the name of the endpoint, and never under a name that does not exist', async () => {
      const recorded: [string, number][] = [];
      const { settings } = resolveModuleOptions({ rateLimit: { deep: limit, checks: limit } }, {});
      const responder = new Responder(settings, reports, undefined, (name, _request, { statusCode }) => {
        recorded.push([name, statusCode]);
      });
      for (let count = 0; count < 3; count += 1) {
        await responder.deep(CALLER);
        await responder.check('database', CALLER);
      }
      await responder.check('unknown', CALLER);
      expect(recorded.slice(-2)).toStrictEqual([
        ['deep', 429],
        ['database', 429],
      ]);
    });

    describe('for wrong keys', () => {
      const guarded = (options: HealthModuleOptions = {}): Responder => {
        const { settings } = resolveModuleOptions({ access: { apiKeys: 'k' }, ...options }, {});
        const failedKeys = new RateLimiter('failed-keys', { requests: 2, window: 60_000 });
        return new Responder(
          settings,
          reports,
          settings.access && new Access(settings.access, () => undefined, failedKeys),
        );
      };
      const wrong = from('10.0.0.7', '/', { 'x-health-key': 'w' });
      const right = from('10.0.0.7', '/', key);

      it('respond 429 where the response would be 401, and not to requests without a key', async () => {
        const responder = guarded();
        for (let count = 0; count < 2; count += 1) expect((await responder.deep(wrong)).statusCode).toBe(401);
        for (const request of [wrong, right]) {
          expect(await responder.deep(request)).toMatchObject({
            statusCode: 429,
            headers: { ratelimit: '"failed-keys";r=0;t=30', 'retry-after': '30' },
          });
        }
        expect((await responder.deep(CALLER)).statusCode).toBe(401);
        expect((await responder.deep(from('10.0.0.8', '/', key))).statusCode).toBe(200);
        await advance(30_000);
        expect((await responder.deep(from('10.0.0.7', '/', key))).statusCode).toBe(200);
      });

      it('do not accept the correct key anywhere, and keep the status of the probes', async () => {
        const responder = guarded();
        for (let count = 0; count < 2; count += 1) await responder.probe('live', wrong);
        const views = [];
        for (const request of [right, wrong, CALLER]) {
          const responses = [
            await responder.probe('live', request),
            await responder.probe('ready', request),
            await responder.check('database', request),
          ];
          expect(responses.map(({ statusCode }) => statusCode)).toStrictEqual([200, 200, 200]);
          views.push(responses.map(viewOf));
        }
        expect(views).toStrictEqual([right, wrong, CALLER].map(() => ['status', 'components', 'components']));
      });

      it('describe their own limit beside that of deep', async () => {
        const responder = guarded({ rateLimit: { deep: '100/1m' } });
        for (let count = 0; count < 2; count += 1) {
          expect(await responder.deep(wrong)).toMatchObject({
            statusCode: 401,
            headers: { ratelimit: expect.stringContaining('"deep"') as string },
          });
        }
        const refused = await responder.deep(wrong);
        expect(refused).toMatchObject({ statusCode: 429, headers: { ratelimit: '"failed-keys";r=0;t=30' } });
        expect(refused.fields.filter((field) => field === 'ratelimit')).toHaveLength(1);
      });

      it('hide names as before', async () => {
        const responder = guarded({ endpoints: { checks: { view: 'status' } } });
        const statuses: number[] = [];
        for (let count = 0; count < 4; count += 1) {
          statuses.push((await responder.check('database', wrong)).statusCode);
          statuses.push((await responder.check('unknown', wrong)).statusCode);
        }
        expect(new Set(statuses)).toStrictEqual(new Set([404]));
      });

      it.each(['database', 'database/primary', 'unknown', 'unknown/part', 'ledger', 'deep-checks', 'overview'])(
        'are counted for %s, whether the name exists or not, where names are hidden',
        async (name) => {
          reports.set('database/primary', 'UP');
          reports.set('moved', 'UP');
          reports.set('ledger', 'UP');
          const responder = guarded({
            endpoints: { checks: { view: 'status' } },
            groups: { ledger: ['database'], moved: { indicators: ['database'], path: 'deep-checks' } },
          });
          for (let count = 0; count < 2; count += 1) await responder.check(name, wrong, 'management');
          expect((await responder.deep(wrong)).statusCode).toBe(429);
        },
      );

      it('are not counted for an unknown name where names are visible', async () => {
        const responder = guarded();
        const responses = Array.from({ length: 3 }, () => responder.check('unknown', wrong));
        expect(responses.some((response) => response instanceof Promise)).toBe(false);
        expect((await responder.deep(wrong)).statusCode).toBe(401);
      });
    });
  });

  describe('an additional endpoint beside the probes', () => {
    const response = {
      statusCode: 200,
      contentType: 'text/plain; charset=utf-8',
      body: 'up 1',
      headers: { vary: 'accept' },
    };
    const metrics = (
      access: 'public' | 'deep',
      respond: HealthEndpoint['respond'] = () => response,
    ): HealthEndpoint => ({
      name: 'metrics',
      access,
      respond: respond,
    });
    const { settings } = resolveModuleOptions({ headers: { 'x-own': 'header' } }, {});
    const { settings: restricted } = resolveModuleOptions({ access: { apiKeys: 'k' } }, {});

    it('responds with its type, and with the headers of every response', async () => {
      const responder = new Responder(settings, reports);
      responder.add(metrics('public'));
      expect(await responder.check('metrics', healthRequest('/asked'))).toMatchObject({
        statusCode: 200,
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'cache-control': 'no-store',
          'x-own': 'header',
          vary: 'accept',
          'content-length': '4',
        },
        body: 'up 1',
      });
    });

    it.each([
      ['public', undefined, 'status'],
      ['public', 'components', 'components'],
      ['deep', 'full', 'full'],
    ] as const)('for %s passes the view of a caller that is granted %s', async (access, granted, view) => {
      const seen: string[] = [];
      const responder = new Responder(restricted, reports, { viewFor: async () => granted } as unknown as Access);
      responder.add(
        metrics(access, (_request, theirs) => {
          seen.push(theirs);
          return response;
        }),
      );
      await responder.check('metrics', healthRequest('/asked'));
      expect(seen).toEqual([view]);
    });

    it('refuses callers that may not see deep', async () => {
      const responder = new Responder(settings, reports, {
        viewFor: async () => undefined,
        slowedBy: () => undefined,
      } as unknown as Access);
      responder.add(metrics('deep'));
      expect(await responder.check('metrics', healthRequest('/asked'))).toMatchObject({ statusCode: 401 });
    });

    it('has its own name', () => {
      const responder = new Responder(settings, reports);
      responder.add(metrics('deep'));
      expect(() => responder.add(metrics('deep'))).toThrow('There are two endpoints named metrics');
    });
  });
});
