import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type HealthCheckContext,
  HealthCheckError,
  HealthModule,
  type HealthIndicatorOptions,
  type HealthModuleOptions,
  degraded,
  down,
  outOfService,
  skipped,
  unknown,
  up,
} from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { reportIn } from '../support/responses.js';
import { type FakeBehaviour, FakeIndicator, throwing } from '../support/fake-indicator.js';
import { latch, never } from '../support/latch.js';
import { atNight } from '../support/nightly.js';
import { sendRaw } from '../support/raw-request.js';
import { type TestApplication, refusalOf, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

const SECRET = 'hunter2';
const URL_WITH_SECRET = `postgres://user:${SECRET}@db.internal:5432/orders`;
const WORDS = `the password ${SECRET} is wrong`;

const PATHS = [
  '/health',
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/health/deep',
  '/health?deep=true',
  '/health/stock',
  '/health/billing',
  '/health/unheard-of',
  '/livez',
  '/readyz',
];
const KEY = { 'x-health-key': 'open-sesame' };

/**
 * Requests all endpoints, unauthenticated and with full access, and returns every response that contains the secret.
 */
async function leaksOf(application: TestApplication): Promise<string[]> {
  const questions = PATHS.flatMap((path) => [
    { path, headers: {} },
    { path, headers: KEY },
  ]);
  const responses = await Promise.all(
    questions.map(async ({ path, headers }) => {
      const [get, head] = await Promise.all([
        sendRaw(application, path, { headers }),
        sendRaw(application, path, { headers, method: 'HEAD' }),
      ]);
      return `${path} ${get.status} ${JSON.stringify([get.headers, head.headers])} ${get.body}`;
    }),
  );
  // Otherwise an application that shows nothing at all would pass.
  if (!responses.some((response) => response.includes('"response_time_ms"')))
    throw new Error('no response had the view full');
  return responses.filter((response) => response.includes(SECRET));
}

function withProperties(error: Error, properties: object): Error {
  return Object.assign(error, properties);
}

const THROWN: [string, unknown][] = [
  ['the message of an error', new Error(WORDS)],
  ['a connection string in the message', new Error(`cannot reach ${URL_WITH_SECRET}`)],
  ['the name of an error', withProperties(new Error('boom'), { name: SECRET })],
  ['the stack of an error', withProperties(new Error('boom'), { stack: WORDS })],
  ['the code of an error', withProperties(new Error('boom'), { code: SECRET })],
  ['a code with a connection string', withProperties(new Error('boom'), { code: `E_${URL_WITH_SECRET}` })],
  ['a code on two lines', withProperties(new Error('boom'), { code: `ECONNREFUSED\n${SECRET}` })],
  ['a code that is an object', withProperties(new Error('boom'), { code: { [SECRET]: SECRET } })],
  [
    'other properties of an error',
    withProperties(new Error('boom'), { data: { SECRET }, error: SECRET, status: SECRET }),
  ],
  ['a cause', new Error('boom', { cause: new Error(WORDS) })],
  ['a cause that is a string', new Error('boom', { cause: WORDS })],
  [
    'a cause of a cause',
    new Error('boom', { cause: new Error('bang', { cause: withProperties(new Error(WORDS), { code: SECRET }) }) }),
  ],
  ['an AggregateError', new AggregateError([new Error(WORDS), WORDS], WORDS)],
  ['a DOMException', new DOMException(WORDS, SECRET)],
  [
    'a class of errors',
    new (class extends Error {
      override readonly name = `${SECRET}Error`;
    })(WORDS),
  ],
  ['a string', WORDS],
  ['a connection string', URL_WITH_SECRET],
  ['an object', { message: WORDS, error: SECRET, code: SECRET, data: { SECRET }, reason: SECRET }],
  ['an object that looks like a result', { status: 'DOWN', message: WORDS, data: { value: SECRET } }],
  ['an object that is written as JSON', { toJSON: () => WORDS, toString: () => WORDS }],
  ['a symbol', Symbol(SECRET)],
  ['a function', Object.defineProperty(() => WORDS, 'name', { value: SECRET })],
  ['an array', [WORDS]],
  ['the cause of a HealthCheckError', new HealthCheckError('no stock', { cause: new Error(WORDS) })],
  ['a URL in the message of a HealthCheckError', new HealthCheckError(`cannot reach ${URL_WITH_SECRET}`)],
  [
    'the data of a HealthCheckError',
    new HealthCheckError('no stock', { data: { password: SECRET, url: URL_WITH_SECRET } }),
  ],
];

const RETURNED: [string, unknown][] = [
  ['a string', WORDS],
  ['an array', [WORDS]],
  ['a status', { status: SECRET }],
  ['a status that is an object', { status: { [SECRET]: SECRET } }],
  ['a message that is no text', { status: 'UP', message: { text: WORDS } }],
  ['data that are no object', { status: 'UP', data: WORDS }],
  ['data that are an array', { status: 'DOWN', data: [WORDS] }],
  [
    'properties beside those of a result',
    { status: 'UP', error: WORDS, code: SECRET, password: SECRET, cause: SECRET },
  ],
  ['a function', () => WORDS],
  ['an error that is returned', new Error(WORDS)],
  ['a URL in the message of down()', down(`cannot reach ${URL_WITH_SECRET}`)],
  ['a URL in the message of degraded()', degraded(`slow: ${URL_WITH_SECRET}`)],
  ['a URL in the message of outOfService()', outOfService(`moved from ${URL_WITH_SECRET}`)],
  ['a URL in the message of unknown()', unknown(`no word from ${URL_WITH_SECRET}`)],
  ['a URL in the message of skipped()', skipped(`no need of ${URL_WITH_SECRET}`)],
  ['a URL with a slash and an at-sign in the password', down(`redis://user:/@/${SECRET}@cache`)],
];

const DATA: [string, Record<string, unknown>][] = [
  ['password', { password: SECRET }],
  ['dbPassword', { dbPassword: SECRET }],
  ['DB_PASSWORD', { DB_PASSWORD: SECRET }],
  ['passwd and pwd', { passwd: SECRET, pwd: SECRET }],
  ['passphrase', { passphrase: SECRET }],
  ['pass', { user: 'orders', pass: SECRET }],
  ['client_secret', { client_secret: SECRET }],
  ['accessToken', { accessToken: SECRET }],
  ['api_key, apiKey, api-key', { api_key: SECRET, apiKey: SECRET, 'api-key': SECRET }],
  ['Authorization', { headers: { Authorization: `Bearer ${SECRET}` } }],
  ['credentials', { credentials: SECRET }],
  ['privateKey', { privateKey: SECRET, private_key: SECRET }],
  ['a URL', { url: URL_WITH_SECRET }],
  ['URLs in a list', { urls: ['http://db', URL_WITH_SECRET] }],
  ['a URL in a sentence', { note: `moved from ${URL_WITH_SECRET} yesterday` }],
  ['a URL object', { url: new URL(`https://user:${SECRET}@db`) }],
  ['a nested key', { pool: { options: [{ password: SECRET }] } }],
  ['a value that is written as JSON', { token: { toJSON: () => SECRET } }],
  ['an object under a key that names a secret', { credentials: { user: 'orders', value: SECRET } }],
  ['a list under a key that names a secret', { tokens: [SECRET, { value: SECRET }] }],
  ['a URL as a key', { [URL_WITH_SECRET]: 'UP' }],
  ['an error', { failure: new Error(WORDS) }],
];

// The responses are made before an adapter receives them, so one adapter is enough by day.
describe.each([...atNight('express' as const), 'fastify' as const])(
  'no response contains a secret on %s',
  (adapter) => {
    const start = (
      behaviour: FakeBehaviour,
      options: HealthIndicatorOptions = {},
      more: HealthModuleOptions = {},
    ): Promise<TestApplication> =>
      startApplication(adapter, {
        imports: [
          HealthModule.forRoot({
            access: { apiKeys: KEY['x-health-key'] },
            groups: { billing: ['stock'] },
            aliases: true,
            ...more,
          }),
        ],
        providers: [
          FakeIndicator('stock', behaviour, { ttl: 0, probes: ['live', 'ready', 'startup'], ...options }),
          FakeIndicator('fine'),
        ],
      });
    describe.each([
      ['thrown', (value: unknown): FakeBehaviour => throwing(value)],
      [
        'rejected with',
        (value: unknown): FakeBehaviour =>
          async () => {
            await nextTurn();
            throw value;
          },
      ],
    ])('%s', (_way, behaviourOf) => {
      it.each(THROWN)('%s', async (_name, thrown) => {
        const application = await start(behaviourOf(thrown));
        expect(await leaksOf(application)).toEqual([]);
        expect(application.log.text).not.toContain(URL_WITH_SECRET);
      });
    });

    describe('returned by a check', () => {
      it.each(RETURNED)('%s', async (_name, returned) => {
        const application = await start(() => returned);
        expect(await leaksOf(application)).toEqual([]);
        expect(application.log.text).not.toContain(URL_WITH_SECRET);
      });
    });

    describe('in the data of a result', () => {
      it.each(DATA)('%s', async (_name, data) => {
        expect(await leaksOf(await start(() => up(data)))).toEqual([]);
        expect(await leaksOf(await start(() => down('no stock', data)))).toEqual([]);
      });

      it('other data is shown unchanged', async () => {
        const data = {
          pool_size: 10,
          url: 'https://db:5432/orders',
          mail: 'orders@example.com',
          token_count: 3,
          tags: ['a'],
        };
        const application = await start(() => up(data));
        expect(reportIn(await application.get('/health/stock', KEY)).details['stock']?.data).toEqual(data);
      });
    });

    describe('from other sources', () => {
      it('a condition that throws', async () => {
        const when = (): boolean => {
          throw new Error(WORDS);
        };
        expect(await leaksOf(await start(() => up(), { when }))).toEqual([]);
      });

      it('attempts that fail one after the other', async () => {
        let tries = 0;
        const behaviour = (): never => {
          tries += 1;
          throw new Error(`${WORDS}, try ${tries}`);
        };
        const application = await start(behaviour, { retries: 2, retryDelay: 1 });
        expect(await leaksOf(application)).toEqual([]);
        expect(tries).toBeGreaterThan(2);
      });

      it('a check that rejects with a secret when it is aborted', async () => {
        const behaviour = ({ signal }: HealthCheckContext): Promise<void> =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error(WORDS)));
          });
        expect(await leaksOf(await start(behaviour, { timeout: 10, probes: ['ready'], ttl: 1000 }))).toEqual([]);
      });

      it('a failure that a threshold holds back', async () => {
        const stock = FakeIndicator('stock', () => up(), { ttl: 0, failureThreshold: 100, probes: ['live', 'ready'] });
        const application = await startApplication(adapter, {
          imports: [HealthModule.forRoot({ access: { apiKeys: KEY['x-health-key'] } })],
          providers: [stock],
        });
        await application.get('/health/ready');
        stock.behaviour = throwing(new Error(WORDS));
        expect(await leaksOf(application)).toEqual([]);
        expect(reportIn(await application.get('/health/deep', KEY)).details['stock']).toMatchObject({
          status: 'UP',
          error: 'check failed',
        });
      });

      it('a background check', async () => {
        const ran = latch();
        const behaviour = (): never => {
          ran.open();
          throw new Error(WORDS);
        };
        const application = await start(behaviour, { interval: 60_000 });
        await ran.promise;
        expect(await leaksOf(application)).toEqual([]);
      });

      it('authorize that throws', async () => {
        const authorize = (): never => {
          throw new Error(`${WORDS}: ${URL_WITH_SECRET}`);
        };
        const application = await start(() => up(), {}, { access: { apiKeys: KEY['x-health-key'], authorize } });
        expect(await leaksOf(application)).toEqual([]);
        expect(application.log.text).not.toContain(URL_WITH_SECRET);
      });

      it('the key of the caller', async () => {
        const application = await start(() => up(), {}, { access: { apiKeys: [KEY['x-health-key'], SECRET] } });
        expect(await leaksOf(application)).toEqual([]);
        const { text, headers } = await application.get('/health/deep', { 'x-health-key': SECRET });
        expect(text + JSON.stringify(headers)).not.toContain(SECRET);
        expect(application.log.text).not.toContain(SECRET);
      });

      it.each<[string, unknown]>([
        ['an error', new Error(WORDS)],
        ['a connection string', new Error(URL_WITH_SECRET)],
        ['a string', WORDS],
        ['a code', Object.assign(new Error('boom'), { code: SECRET })],
        ['a HealthCheckError with a URL', new HealthCheckError(`cannot reach ${URL_WITH_SECRET}`)],
      ])('delayReadiness that rejects with %s', async (_name, reason) => {
        const application = await start(() => up());
        expect(await application.health.delayReadiness('cache', Promise.reject(reason))).toBe(false);
        expect(await leaksOf(application)).toEqual([]);
        expect(application.log.text).not.toContain(URL_WITH_SECRET);
      });

      it('a reason to refuse traffic that repeats an error', async () => {
        const application = await start(() => up());
        application.health.refuseTraffic(`cannot reach ${URL_WITH_SECRET}`);
        expect(await leaksOf(application)).toEqual([]);
        expect(application.log.text).not.toContain(URL_WITH_SECRET);
      });

      it('the deadline, with a last result that failed', async () => {
        const stock = FakeIndicator('stock', throwing(new Error(WORDS)), { ttl: 0, timeout: 10_000 });
        const application = await startApplication(adapter, {
          imports: [HealthModule.forRoot({ deadline: 20, access: { apiKeys: KEY['x-health-key'] } })],
          providers: [stock],
        });
        await application.get('/health/ready');
        stock.behaviour = never;
        expect(await leaksOf(application)).toEqual([]);
      });
    });

    describe('in the error that refuses the boot', () => {
      it('keys in the code', async () => {
        const { error, log } = await refusalOf(adapter, {
          imports: [HealthModule.forRoot({ access: { apiKeys: [SECRET, ''] } })],
        });
        expect(String(error) + JSON.stringify(error) + log.text).not.toContain(SECRET);
        expect(String(error)).toContain('apiKeys');
      });

      it('keys in the environment, beside another fault', async () => {
        setVariables({ HEALTH_API_KEYS: SECRET, HEALTH_DEADLINE: 'soon' });
        const { error, log } = await refusalOf(adapter, { imports: [HealthModule.forRoot()] });
        expect(String(error) + JSON.stringify(error) + log.text).not.toContain(SECRET);
      });

      it('variables that have no effect', async () => {
        setVariables({ HEALTH_APIKEY: SECRET });
        const { log } = await start(() => up());
        expect(log.text).toContain('HEALTH_APIKEY');
        expect(log.text).not.toContain(SECRET);
      });
    });
  },
);
