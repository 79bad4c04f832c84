import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IncomingMessage } from 'node:http';
import { type AccessOptions, HealthModule, type HealthModuleOptions, type HealthRequest, down, up } from 'nest-vitals';
import type { Response } from 'supertest';
import { describe, expect, it } from 'vitest';
import { reportIn } from '../support/responses.js';
import { FakeIndicator, type FakeIndicatorClass } from '../support/fake-indicator.js';
import { latch, never } from '../support/latch.js';
import { sendRaw } from '../support/raw-request.js';
import { passTime, passTimeUntil, stopClock } from '../support/standing-clock.js';
import {
  ADAPTERS,
  type Headers,
  type StartOptions,
  type TestApplication,
  refusalOf,
  startApplication,
} from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

const EVERYWHERE = ['/health', '/health/live', '/health/ready', '/health/startup', '/health/deep', '/health/stock'];

function viewIn(response: Response): string {
  if (response.status === 401) return 'unauthorized';
  if (response.status === 404) return 'nothing';
  const { details } = reportIn(response);
  if (details === undefined) return 'status';
  return Object.values(details).some((detail) => 'response_time_ms' in detail) ? 'full' : 'components';
}

describe.each(ADAPTERS)('access on %s', (adapter) => {
  const start = (
    access?: AccessOptions,
    options: HealthModuleOptions = {},
    stock: FakeIndicatorClass = FakeIndicator('stock', () => down('gone'), { probes: ['live', 'ready', 'startup'] }),
    more?: StartOptions,
  ): Promise<TestApplication> =>
    startApplication(
      adapter,
      { imports: [HealthModule.forRoot({ ...options, ...(access && { access }) })], providers: [stock] },
      more,
    );
  const views = async (application: TestApplication, headers?: Headers): Promise<string[]> => {
    const seen: string[] = [];
    for (const path of EVERYWHERE) seen.push(viewIn(await application.get(path, headers)));
    return seen;
  };

  const STRANGER = ['status', 'status', 'components', 'components', 'unauthorized', 'components'];
  const KNOWN = ['full', 'full', 'full', 'full', 'full', 'full'];

  describe('API keys', () => {
    it.each([
      ['X-Health-Key', { 'x-health-key': 'key-1' }],
      ['the second key', { 'x-health-key': 'key-2' }],
      ['Authorization: Bearer', { authorization: 'Bearer key-1' }],
      ['bearer, in whatever case', { authorization: 'bEARER   key-2' }],
    ])('%s is accepted everywhere', async (_name, headers) => {
      expect(await views(await start({ apiKeys: ['key-1', 'key-2'] }), headers)).toEqual(KNOWN);
    });

    it.each<[string, Headers]>([
      ['no key', {}],
      ['a wrong key', { 'x-health-key': 'key-3' }],
      ['an empty key', { 'x-health-key': '' }],
      ['the beginning of a key', { 'x-health-key': 'key-' }],
      ['a key and more', { 'x-health-key': 'key-11' }],
      ['a key in another case', { 'x-health-key': 'KEY-1' }],
      ['two keys at once', { 'x-health-key': 'key-1, key-2' }],
      ['a wrong bearer', { authorization: 'Bearer key-3' }],
      ['basic authorization', { authorization: `Basic ${Buffer.from('key-1:').toString('base64')}` }],
      ['the key without a scheme', { authorization: 'key-1' }],
      ['a cookie', { cookie: 'x-health-key=key-1' }],
    ])('%s is unauthenticated', async (_name, headers) => {
      expect(await views(await start({ apiKeys: ['key-1', 'key-2'] }), headers)).toEqual(STRANGER);
    });

    it('a key that is not ASCII is accepted everywhere, sent as UTF-8 and as Latin-1', async () => {
      const key = 'schlüssel-à-1';
      const application = await start({ apiKeys: key });
      const utf8 = Buffer.from(key).toString('latin1');
      for (const headers of [
        { 'x-health-key': utf8 },
        { 'x-health-key': key },
        { authorization: `Bearer ${utf8}` },
        { authorization: `Basic ${Buffer.from(`user:${key}`).toString('base64')}` },
      ]) {
        expect((await sendRaw(application, '/health/deep', { headers })).status).toBe(503);
      }
      expect((await sendRaw(application, '/health/deep', { headers: { 'x-health-key': 'schlussel' } })).status).toBe(
        401,
      );
    });

    it('a key in the URL is ignored', async () => {
      const application = await start({ apiKeys: 'key-1' });
      expect((await application.get('/health/deep?x-health-key=key-1&key=key-1')).status).toBe(401);
    });

    it('a key that is sent twice is not accepted', async () => {
      const application = await start({ apiKeys: 'key-1' });
      const headers = { 'x-health-key': ['key-1', 'key-1'] };
      expect((await sendRaw(application, '/health/deep', { headers })).status).toBe(401);
    });

    it('keys from the environment are accepted, with or without keys in the code', async () => {
      setVariables({ HEALTH_API_KEYS: 'key-8, key-9' });
      const application = await start();
      expect(await views(application)).toEqual(STRANGER);
      for (const key of ['key-8', 'key-9']) expect(await views(application, { 'x-health-key': key })).toEqual(KNOWN);

      const both = await start({ apiKeys: 'key-1' });
      expect(await views(both, { 'x-health-key': 'key-8' })).toEqual(KNOWN);
      expect(await views(both, { 'x-health-key': 'key-1' })).toEqual(STRANGER);
    });

    it('a variable without a single key does not remove the protection that the code has set', async () => {
      setVariables({ HEALTH_API_KEYS: ',' });
      const options = { access: { apiKeys: 'key-1' } };
      const { status } = await startApplication(adapter, { imports: [HealthModule.forRoot(options)] }).then(
        (application) => application.get('/health/deep'),
        // A refusal of the boot is also correct.
        () => ({ status: 401 }),
      );
      expect(status).toBe(401);
    });

    it.each(['', ' ', ' , '])('a variable without a key refuses the boot: %j', async (keys) => {
      setVariables({ HEALTH_API_KEYS: keys });
      const { error } = await refusalOf(adapter, { imports: [HealthModule.forRoot()] });
      expect(String(error)).toContain('environment variable HEALTH_API_KEYS');
    });

    it.each([{}, { apiKeys: [] }, { apiKeys: '  ' }, { apiKeys: undefined }])(
      'an access that admits no caller refuses the boot: %j',
      async (access) => {
        const { error } = await refusalOf(adapter, {
          imports: [HealthModule.forRoot({ access: access as AccessOptions })],
        });
        expect(String(error)).toContain('HealthModule options, access');
      },
    );
  });

  describe('authorize', () => {
    it.each<[string, AccessOptions['authorize'], string[]]>([
      ['true', () => true, KNOWN],
      ['false', () => false, STRANGER],
      ['a promise of true', async () => Promise.resolve(true), KNOWN],
      [
        'false, later',
        async () => {
          await nextTurn();
          return false;
        },
        STRANGER,
      ],
      ['the view full', () => 'full', KNOWN],
      [
        'the view components',
        () => 'components',
        ['components', 'components', 'components', 'components', 'components', 'components'],
      ],
      // A granted view never shows less than the view of an unauthenticated caller.
      [
        'the view status',
        async () => Promise.resolve('status'),
        ['status', 'status', 'components', 'components', 'status', 'components'],
      ],
    ])('the result of authorize decides about the view: %s', async (_name, authorize, expected) => {
      expect(await views(await start({ ...(authorize && { authorize }) }))).toEqual(expected);
    });

    it.each<[string, () => unknown]>([
      ['undefined', () => undefined],
      ['null', () => null],
      ['1', () => 1],
      ['"yes"', () => 'yes'],
      ['"true"', () => 'true'],
      ['an object', () => ({ view: 'full' })],
      ['a new Boolean(false)', () => Object(false) as unknown],
    ])('treats the caller as unauthenticated if authorize returns %s', async (_name, authorize) => {
      expect(await views(await start({ authorize: authorize as () => boolean }))).toEqual(STRANGER);
    });

    it.each<[string, () => boolean | Promise<boolean>]>([
      [
        'throws',
        () => {
          throw new Error('no session at redis://user:secret@sessions');
        },
      ],
      [
        'rejects',
        async () => {
          await nextTurn();
          throw new Error('no session at redis://user:secret@sessions');
        },
      ],
      [
        'throws nothing',
        () => {
          throw undefined;
        },
      ],
    ])(
      'treats the caller as unauthenticated if authorize %s, with one line in the log for all calls',
      async (_name, authorize) => {
        const application = await start({ authorize });
        expect(await views(application)).toEqual(STRANGER);
        expect(application.log.health('error')).toHaveLength(1);
        expect(application.log.health('error')[0]).toContain('authorize failed, access denied');
        expect(application.log.text).not.toContain('secret');
      },
    );

    it('treats the caller as unauthenticated after half the deadline if it does not settle', async () => {
      stopClock();
      const asked = latch();
      const stock = FakeIndicator('stock', () => down('gone'));
      const authorize = (): Promise<boolean> => {
        asked.open();
        return never();
      };
      const application = await start({ authorize }, { deadline: 600 }, stock);

      const response = application.get('/health/deep');
      await asked.promise;
      await passTime(300);
      expect((await response).status).toBe(401);
      expect(stock.runs).toHaveLength(0);
      expect(application.log.health('error')[0]).toContain('authorize took longer than 300 ms');
    });

    it('receives the request, with the properties that the application has set', async () => {
      const requests: HealthRequest[] = [];
      const addresses: unknown[] = [];
      const prepare: StartOptions['prepare'] = (app) =>
        app.use((request: IncomingMessage & { user?: string }, _response: unknown, next: () => void) => {
          request.headers['x-user'] = 'somebody';
          next();
        });
      const authorize = (request: HealthRequest): boolean => {
        requests.push(request);
        addresses.push(request.ip);
        return request.headers['x-user'] === 'somebody';
      };
      const application = await start({ authorize }, {}, undefined, { prepare });

      expect(viewIn(await application.get('/health/deep?a=b', { 'x-tenant': 'north' }))).toBe('full');
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({ method: 'GET', headers: { 'x-tenant': 'north' } });
      expect(requests[0]?.url).toBe('/health/deep?a=b');
      expect(addresses).toEqual([expect.stringMatching(/127\.0\.0\.1$/)]);
    });

    it('accepts a key without calling authorize, which decides about requests without a key', async () => {
      let asked = 0;
      const authorize = (): boolean => {
        asked += 1;
        return true;
      };
      const application = await start({ apiKeys: 'key-1', authorize });
      expect(await views(application, { 'x-health-key': 'key-1' })).toEqual(KNOWN);
      expect(asked).toBe(0);
      expect(await views(application, { 'x-health-key': 'wrong' })).toEqual(KNOWN);
      expect(asked).toBe(EVERYWHERE.length);
    });
  });

  describe('unauthenticated callers', () => {
    it('get 401 with WWW-Authenticate for deep, which runs no check and contains no report', async () => {
      const stock = FakeIndicator('stock', () => up());
      const application = await start({ apiKeys: 'key-1' }, { service: { version: '1.4.2' } }, stock);
      for (const path of ['/health/deep', '/health?deep=true']) {
        const get = await application.get(path);
        expect([path, get.status, get.text]).toEqual([path, 401, '{"error":"unauthorized"}']);
        expect(get.headers).toMatchObject({ 'www-authenticate': 'Bearer realm="health"', 'cache-control': 'no-store' });
        expect(get.headers).not.toHaveProperty('x-health-status');
        expect(get.headers).not.toHaveProperty('x-service-version');
        expect((await application.head(path)).status).toBe(401);
      }
      expect(stock.runs).toHaveLength(0);
    });

    it('are not admitted to deep by an explicit view of it', async () => {
      const application = await start({ apiKeys: 'key-1' }, { endpoints: { deep: { view: 'full' } } });
      expect((await application.get('/health/deep')).status).toBe(401);
    });

    it('get 404 for a disabled deep, like every caller', async () => {
      const application = await start({ apiKeys: 'key-1' }, { endpoints: { deep: false } });
      for (const headers of [{}, { 'x-health-key': 'key-1' }]) {
        expect((await application.get('/health/deep', headers)).status).toBe(404);
        expect((await application.get('/health?deep=true', headers)).status).toBe(404);
      }
    });

    it('get no names of checks if they may not see components', async () => {
      const application = await start({ apiKeys: 'key-1' }, { endpoints: { checks: { view: 'status' } } });
      const [there, not] = [await application.get('/health/stock'), await application.get('/health/unheard-of')];
      expect([there.status, there.text]).toEqual([not.status, not.text]);
      expect(there.status).toBe(404);
      expect(viewIn(await application.get('/health/stock', { 'x-health-key': 'key-1' }))).toBe('full');
    });

    it.each(['production', 'test'])(
      'get a narrowed view, also where the default is full, because access is set, in %s',
      async (environment) => {
        setVariables({ NODE_ENV: environment });
        expect(await views(await start({ apiKeys: 'key-1' }))).toEqual(STRANGER);
      },
    );
  });

  describe('the status code of a response does not depend on the caller', () => {
    it.each<[string, () => unknown, number]>([
      ['UP', () => up(), 200],
      ['DOWN', () => down('gone'), 503],
    ])('%s', async (_name, behaviour, status) => {
      const stock = FakeIndicator('stock', behaviour, { probes: ['live', 'ready', 'startup'], ttl: 0 });
      const application = await start({ apiKeys: 'key-1' }, { aliases: true }, stock);
      // Startup stays 200 after the start, so only the callers are compared.
      for (const path of ['/health', '/health/live', '/health/ready', '/health/startup', '/livez', '/readyz']) {
        const codes: number[] = [];
        for (const headers of [{}, { 'x-health-key': 'wrong' }, { 'x-health-key': 'key-1' }]) {
          const get = await application.get(path, headers);
          const head = await application.head(path, headers);
          codes.push(get.status, head.status);
        }
        expect([path, ...codes]).toEqual([path, ...codes.map(() => status)]);
      }
    });
  });

  describe('the deadline holds although authorize is slow', () => {
    /** The time that the request was in the server, on the clock of the test. */
    async function timeOf(application: TestApplication, path: string): Promise<number> {
      let took = Number.NaN;
      application.server.prependOnceListener('request', (_request, response) => {
        const arrived = performance.now();
        response.once('finish', () => {
          took = performance.now() - arrived;
        });
      });
      await passTimeUntil(application.get(path));
      return took;
    }
    /** Time passes in steps of 10 ms here. */
    const STEPS = 20;

    it.each(['/health/deep', '/health/stock', '/health/ready'])('%s, when the checks hang too', async (path) => {
      stopClock();
      const stock = FakeIndicator('stock', never, { timeout: 5000 });
      const authorize = (): Promise<boolean> =>
        new Promise((resolve) => {
          setTimeout(() => resolve(true), 350);
        });
      const application = await start({ authorize }, { deadline: 800 }, stock);
      expect(await timeOf(application, path)).toBeLessThanOrEqual(800 + STEPS);
    });

    it('an endpoint keeps its own shorter deadline', async () => {
      stopClock();
      const application = await start(
        { authorize: never },
        { deadline: 800, endpoints: { ready: { deadline: 100 } } },
        FakeIndicator('stock'),
      );
      expect(await timeOf(application, '/health/ready')).toBeLessThanOrEqual(100 + STEPS);
    });
  });
});
