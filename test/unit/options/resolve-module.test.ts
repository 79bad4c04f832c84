import { validateHeaderValue } from 'node:http';
import { resolveShutdown } from '../../../src/options/module-options/shutdown.js';
import type { ShutdownSettings } from '../../../src/options/health-settings.js';
import { Environment } from '../../../src/options/environment.js';
import { describe, expect, it } from 'vitest';
import {
  accessEmpty,
  endpointPathShared,
  headerBreaksResponse,
  headerReserved,
  minDelayAboveMaxDelay,
  nameReserved,
  optionOutOfRange,
} from '../../../src/errors/messages.js';
import type { HealthModuleOptions } from '../../../src/options/health-module-options.js';
import { type ResolvedOptions, resolveModuleOptions } from '../../../src/options/resolve-module.js';
import { Faults } from '../../../src/options/faults.js';

const service = { name: 'orders', version: '1.4.2' };

const resolve = (options: object = {}, variables: NodeJS.ProcessEnv = {}): ResolvedOptions =>
  resolveModuleOptions({ service, ...options }, variables);

const placesOf = ({ faults }: ResolvedOptions): string[] => faults.map(({ place }) => place);

describe('resolveModuleOptions', () => {
  it('uses the defaults when there are no options', () => {
    const { settings, faults } = resolve();
    expect(faults).toStrictEqual([]);
    expect(settings).toStrictEqual({
      path: 'health',
      endpoints: {
        overview: { enabled: true, path: '', view: 'status', isNarrowed: false },
        live: { enabled: true, path: 'live', view: 'status', isNarrowed: false },
        ready: { enabled: true, path: 'ready', view: 'components', isNarrowed: false },
        startup: { enabled: true, path: 'startup', view: 'components', isNarrowed: false },
        deep: { enabled: true, path: 'deep', view: 'full', isNarrowed: false },
        checks: { enabled: true, path: '', view: 'full', isNarrowed: false },
      },
      aliases: new Map(),
      groups: new Map(),
      composites: new Map(),
      deadline: 800,
      deadlines: {},
      maxConcurrency: Infinity,
      defaults: {},
      indicators: {},
      statusCodes: { UP: 200, DEGRADED: 200, UNKNOWN: 503, OUT_OF_SERVICE: 503, DOWN: 503 },
      retryAfter: 5,
      headers: {},
      format: 'vitals',
      access: undefined,
      rateLimit: {
        deep: undefined,
        checks: undefined,
        control: undefined,
        failedKeys: { requests: 20, window: 60_000 },
      },
      identity: service,
      decorators: [],
      shutdown: {
        delay: 'auto',
        minDelay: 0,
        maxDelay: 15_000,
        timeout: 10_000,
        probers: undefined,
        isLeftToPrimary: false,
      },
      logging: true,
      logLevels: {},
    });
  });

  it('refuses an unknown option', () => {
    const { faults } = resolve({ dedline: 5 });
    expect(faults).toMatchObject([{ place: 'HealthModule options', problem: 'there is no option "dedline"' }]);
  });

  it('has a rule for each option that it reads', () => {
    const options: Required<HealthModuleOptions> = {
      path: 'health',
      endpoints: {},
      aliases: false,
      groups: {},
      composites: {},
      deadline: 800,
      maxConcurrency: 10,
      defaults: {},
      indicators: {},
      statusCodes: {},
      retryAfter: 5,
      headers: {},
      format: 'spring',
      access: { apiKeys: 'k' },
      rateLimit: {},
      service: {},
      shutdown: {},
      decorators: [],
      environmentPrefix: 'HEALTH_',
      logging: true,
    };
    expect(resolve(options).faults).toStrictEqual([]);
  });

  it.each([
    [{}, {}, true, {}],
    [{ logging: false }, {}, false, {}],
    [
      { logging: { levels: { DOWN: 'error', 'DEGRADED->UP': false } } },
      {},
      true,
      { DOWN: 'error', 'DEGRADED->UP': false },
    ],
    [{ logging: {} }, {}, true, {}],
    [{ logging: { levels: { DOWN: 'error' } } }, { HEALTH_LOGGING: 'on' }, true, { DOWN: 'error' }],
    [{ logging: { levels: { DOWN: 'error' } } }, { HEALTH_LOGGING: 'off' }, false, { DOWN: 'error' }],
  ])('accepts levels of changes beside the switch: %j, %j', (options, variables, isOn, levels) => {
    const { settings, faults } = resolve(options, variables);
    expect([settings.logging, settings.logLevels, faults]).toStrictEqual([isOn, levels, []]);
  });

  it.each([
    [{ levles: {} }, 'HealthModule options, logging'],
    [{ levels: 'all' }, 'HealthModule options, logging.levels'],
    [{ levels: { down: 'error' } }, 'HealthModule options, logging.levels'],
    [{ levels: { 'UP->': 'error' } }, 'HealthModule options, logging.levels'],
    [{ levels: { 'UP->DOWN->UP': 'error' } }, 'HealthModule options, logging.levels'],
    [{ levels: { DOWN: 'loud' } }, 'HealthModule options, logging.levels.DOWN'],
    [{ levels: { DOWN: true } }, 'HealthModule options, logging.levels.DOWN'],
    [[], 'HealthModule options, logging'],
  ])('refuses invalid levels: %j', (logging, place) => {
    expect(placesOf(resolve({ logging }))).toStrictEqual([place]);
  });

  it('collects the faults of all parts', () => {
    const faulty = resolve({
      path: '',
      deadline: 0,
      maxConcurrency: 0,
      retryAfter: -1,
      decorators: [1],
      logging: 'no',
      endpoints: { nowhere: true },
      aliases: 7,
      groups: { live: [] },
      composites: { database: { aggregation: 'some' } },
      defaults: { timeout: 0 },
      indicators: { database: { ttl: -1 } },
      statusCodes: { DOWN: 99 },
      headers: { 'content-length': '5' },
      access: { apiKeys: [''] },
      shutdown: { delay: -1 },
    });
    expect(placesOf(faulty).toSorted()).toStrictEqual(
      [
        'HealthModule options, path',
        'HealthModule options, deadline',
        'HealthModule options, maxConcurrency',
        'HealthModule options, retryAfter',
        'HealthModule options, decorators',
        'HealthModule options, logging',
        'HealthModule options, endpoints',
        'HealthModule options, aliases',
        'HealthModule options, groups.live',
        'HealthModule options, composites.database, aggregation',
        'HealthModule options, defaults, timeout',
        'HealthModule options, indicators.database, ttl',
        'HealthModule options, statusCodes, DOWN',
        'HealthModule options, headers.content-length',
        'HealthModule options, access, apiKeys',
        'HealthModule options, shutdown, delay',
      ].toSorted(),
    );
  });

  describe('path', () => {
    it.each([
      ['health', 'health'],
      ['/health', 'health'],
      ['internal/health/', 'internal/health'],
      ['/_a.b~c-1/', '_a.b~c-1'],
    ])('accepts %s', (path, resolved) => {
      const { settings, faults } = resolve({ path });
      expect([settings.path, faults]).toStrictEqual([resolved, []]);
    });

    it.each(['', '/', '//', 'a//b', 'a b', ':name', '*', 'ä', 5, null])('refuses %j', (path) => {
      expect(placesOf(resolve({ path }))).toStrictEqual(['HealthModule options, path']);
    });
  });

  it.each([
    ['HEALTH_PATH', '/internal', { path: 'internal' }],
    ['HEALTH_DEADLINE', '1s', { deadline: 1000 }],
    ['HEALTH_MAX_CONCURRENCY', '10', { maxConcurrency: 10 }],
    ['HEALTH_RETRY_AFTER', '0', { retryAfter: 0 }],
    ['HEALTH_FORMAT', 'terminus', { format: 'terminus' }],
    ['HEALTH_LOGGING', 'off', { logging: false }],
    [
      'HEALTH_ALIASES',
      'yes',
      {
        aliases: new Map([
          ['/livez', 'live'],
          ['/readyz', 'ready'],
          ['/healthz', 'live'],
        ]),
      },
    ],
    ['HEALTH_DEFAULT_TIMEOUT', '2s', { defaults: { timeout: 2000 } }],
    ['HEALTH_DEFAULT_INTERVAL', 'off', { defaults: { interval: undefined } }],
    ['HEALTH_STATUS_CODE_DEGRADED', '429', { statusCodes: { DEGRADED: 429, DOWN: 503 } }],
    ['HEALTH_STATUS_CODE_OUT_OF_SERVICE', '500', { statusCodes: { OUT_OF_SERVICE: 500 } }],
    ['HEALTH_READY_PATH', 'readiness', { endpoints: { ready: { path: 'readiness' } } }],
    ['HEALTH_READY_VIEW', 'full', { endpoints: { ready: { view: 'full' } } }],
    ['HEALTH_READY_ENABLED', 'no', { endpoints: { ready: { enabled: false } } }],
    ['HEALTH_READY_DEADLINE', '300', { deadlines: { ready: 300 } }],
    ['HEALTH_CHECKS_VIEW', 'status', { endpoints: { checks: { view: 'status' } } }],
    ['HEALTH_API_KEYS', 'a, b', { access: { apiKeys: ['a', 'b'], authorize: undefined } }],
    ['HEALTH_SHUTDOWN_DELAY', '7s', { shutdown: { delay: 7000 } }],
    ['HEALTH_SHUTDOWN_DELAY', 'auto', { shutdown: { delay: 'auto' } }],
    ['HEALTH_SHUTDOWN_MIN_DELAY', '1s', { shutdown: { minDelay: 1000 } }],
    ['HEALTH_SHUTDOWN_MAX_DELAY', '20s', { shutdown: { maxDelay: 20_000 } }],
    ['HEALTH_SHUTDOWN_TIMEOUT', '0', { shutdown: { timeout: 0 } }],
  ])('reads %s=%s', (variable, text, expected) => {
    const { settings, faults, environment } = resolve({}, { [variable]: text });
    expect(faults).toStrictEqual([]);
    expect(settings).toMatchObject(expected);
    expect(environment.unused).toStrictEqual([]);
  });

  it.each([
    ['HEALTH_PATH', 'a b'],
    ['HEALTH_DEADLINE', '0'],
    ['HEALTH_MAX_CONCURRENCY', 'Infinity'],
    ['HEALTH_RETRY_AFTER', '5s'],
    ['HEALTH_LOGGING', 'perhaps'],
    ['HEALTH_ALIASES', '/up'],
    ['HEALTH_DEFAULT_TIMEOUT', 'soon'],
    ['HEALTH_STATUS_CODE_DEGRADED', '199'],
    ['HEALTH_READY_PATH', 'a/b'],
    ['HEALTH_READY_VIEW', 'everything'],
    ['HEALTH_READY_ENABLED', 'perhaps'],
    ['HEALTH_READY_DEADLINE', '-1'],
    ['HEALTH_SHUTDOWN_DELAY', 'never'],
    ['HEALTH_SHUTDOWN_TIMEOUT', '-1'],
  ])('reports %s=%s', (variable, text) => {
    const { faults } = resolve({}, { [variable]: text });
    expect(faults).toMatchObject([{ place: `environment variable ${variable}`, problem: `its value is "${text}"` }]);
  });

  it('reads variables of another prefix, or none', () => {
    const variables = { HEALTH_DEADLINE: '100', APP_DEADLINE: '200' };
    expect(resolve({}, variables).settings.deadline).toBe(100);
    expect(resolve({ environmentPrefix: 'APP_' }, variables).settings.deadline).toBe(200);
    expect(resolve({ environmentPrefix: false }, variables).settings.deadline).toBe(800);
  });

  describe('endpoints', () => {
    it('can be turned off, moved, and shown in another view, each one separately', () => {
      const { settings, faults } = resolve({
        endpoints: {
          live: false,
          ready: { path: 'readiness', view: 'status', deadline: 300 },
          deep: true,
          checks: { view: 'components' },
        },
      });
      expect(faults).toStrictEqual([]);
      expect(settings.endpoints).toMatchObject({
        live: { enabled: false, path: 'live' },
        ready: { enabled: true, path: 'readiness', view: 'status' },
        startup: { enabled: true, path: 'startup', view: 'components' },
        deep: { enabled: true, path: 'deep', view: 'full' },
        checks: { enabled: true, path: '', view: 'components' },
      });
      expect(settings.deadlines).toStrictEqual({ ready: 300 });
    });

    it('can be switched on by the environment when the code switches them off', () => {
      const { settings } = resolve({ endpoints: { live: false } }, { HEALTH_LIVE_ENABLED: 'true' });
      expect(settings.endpoints.live.enabled).toBe(true);
    });

    it.each([
      [{ ready: 'yes' }, 'HealthModule options, endpoints.ready'],
      [{ ready: 5 }, 'HealthModule options, endpoints.ready'],
      [{ ready: [] }, 'HealthModule options, endpoints.ready'],
      [{ ready: { path: 'a/b' } }, 'HealthModule options, endpoints.ready, path'],
      [{ ready: { path: '' } }, 'HealthModule options, endpoints.ready, path'],
      [{ ready: { view: 'all' } }, 'HealthModule options, endpoints.ready, view'],
      [{ ready: { deadline: 0 } }, 'HealthModule options, endpoints.ready, deadline'],
      [{ ready: { veiw: 'full' } }, 'HealthModule options, endpoints.ready'],
      [{ overview: { path: 'x' } }, 'HealthModule options, endpoints.overview'],
      [{ checks: { deadline: 5 } }, 'HealthModule options, endpoints.checks'],
      [{ raedy: {} }, 'HealthModule options, endpoints'],
    ])('refuses %j', (endpoints, place) => {
      expect(placesOf(resolve({ endpoints }))).toStrictEqual([place]);
    });

    const production = { NODE_ENV: 'production' };

    it('use components instead of the default full in production', () => {
      const { endpoints } = resolve({}, production).settings;
      expect([endpoints.deep, endpoints.checks]).toMatchObject([
        { view: 'components', isNarrowed: true },
        { view: 'components', isNarrowed: true },
      ]);
      expect([endpoints.live, endpoints.ready].map(({ isNarrowed }) => isNarrowed)).toStrictEqual([false, false]);
      expect(resolve({}, { NODE_ENV: 'development' }).settings.endpoints.deep.view).toBe('full');
    });

    it('narrow their view when access is set', () => {
      expect(resolve({ access: { apiKeys: 'k' } }).settings.endpoints.deep).toMatchObject({
        view: 'components',
        isNarrowed: true,
      });
    });

    it('use a configured view in every environment', () => {
      const inCode = resolve({ endpoints: { deep: { view: 'full' } } }, production);
      const inEnvironment = resolve({}, { ...production, HEALTH_DEEP_VIEW: 'full' });
      for (const { settings } of [inCode, inEnvironment]) {
        expect(settings.endpoints.deep).toMatchObject({ view: 'full', isNarrowed: false });
      }
    });
  });

  describe('access', () => {
    it('accepts one key, several keys, and a function', () => {
      const authorize = (): boolean => true;
      expect(resolve({ access: { apiKeys: 'k' } }).settings.access).toStrictEqual({
        apiKeys: ['k'],
        authorize: undefined,
      });
      expect(resolve({ access: { apiKeys: ['k', 'l'], authorize } }).settings.access).toStrictEqual({
        apiKeys: ['k', 'l'],
        authorize,
      });
      expect(resolve({ access: { authorize } }).settings.access).toStrictEqual({ apiKeys: [], authorize });
    });

    it.each([[{}], [{ apiKeys: undefined }], [{ authorize: undefined }]])(
      'refuses an access that admits no caller: %j',
      (access) => {
        expect(resolve({ access }).faults).toStrictEqual([accessEmpty('HealthModule options, access')]);
      },
    );

    it('reads the keys of an empty access from the environment', () => {
      const { settings, faults } = resolve({ access: {} }, { HEALTH_API_KEYS: 'k,l' });
      expect(faults).toStrictEqual([]);
      expect(settings.access?.apiKeys).toStrictEqual(['k', 'l']);
    });

    it.each(['', '  ', ',', ' , '])('refuses a variable of keys without a key: %j', (keys) => {
      expect(placesOf(resolve({}, { HEALTH_API_KEYS: keys }))).toStrictEqual(['environment variable HEALTH_API_KEYS']);
    });

    it('accepts keys that are not ASCII', () => {
      expect(resolve({ access: { apiKeys: 'schlüssel' } }).faults).toStrictEqual([]);
    });

    it.each([
      [{ apiKeys: '' }, 'apiKeys'],
      [{ apiKeys: [] }, 'apiKeys'],
      [{ apiKeys: '   ' }, 'apiKeys'],
      [{ apiKeys: ['hunter2', ' hunter3'] }, 'apiKeys'],
      [{ apiKeys: 'hunter2\n' }, 'apiKeys'],
      [{ apiKeys: 'hun\u0000ter2' }, 'apiKeys'],
      [{ apiKeys: ['hunter2', ''] }, 'apiKeys'],
      [{ apiKeys: 42 }, 'apiKeys'],
      [{ authorize: 'hunter2' }, 'authorize'],
    ])('refuses %j', (access, option) => {
      const { faults } = resolve({ access });
      expect(faults.map(({ place }) => place)).toStrictEqual([`HealthModule options, access, ${option}`]);
    });

    it('shows no key in a message', () => {
      expect(JSON.stringify(resolve({ access: { apiKeys: 424_242 } }).faults)).not.toContain('424242');
      expect(JSON.stringify(resolve({ access: { apiKeys: ['hunter2', ''] } }).faults)).not.toContain('hunter2');
    });

    it('refuses unknown options', () => {
      expect(placesOf(resolve({ access: { apiKey: 'k' } }))).toStrictEqual(['HealthModule options, access']);
    });

    it.each([true, 'hunter2', 5, ['hunter2']])('refuses access that is not an object: %j', (access) => {
      const { faults } = resolve({ access });
      expect(faults).not.toHaveLength(0);
      expect(JSON.stringify(faults)).not.toContain('hunter2');
    });

    it('prefers the keys of the environment to those of the code', () => {
      const { settings } = resolve({ access: { apiKeys: 'k' } }, { HEALTH_API_KEYS: 'l' });
      expect(settings.access?.apiKeys).toStrictEqual(['l']);
    });

    it('does not admit every caller when the variable contains only commas', () => {
      const { settings, faults } = resolve({ access: { apiKeys: 'k' } }, { HEALTH_API_KEYS: ' , ' });
      expect(faults.length > 0 || settings.access !== undefined).toBe(true);
    });
  });

  describe('aliases', () => {
    it('are those of Kubernetes when they are set to true', () => {
      expect(resolve({ aliases: true }).settings.aliases).toStrictEqual(
        new Map([
          ['/livez', 'live'],
          ['/readyz', 'ready'],
          ['/healthz', 'live'],
        ]),
      );
    });

    it('are the given paths, with a slash at the beginning and none at the end', () => {
      const { settings, faults } = resolve({ aliases: { '/up': 'ready', 'a/b/': 'startup' } });
      expect(faults).toStrictEqual([]);
      expect(settings.aliases).toStrictEqual(
        new Map([
          ['/up', 'ready'],
          ['/a/b', 'startup'],
        ]),
      );
    });

    it('can be turned off by the environment', () => {
      expect(resolve({ aliases: { '/up': 'ready' } }, { HEALTH_ALIASES: 'no' }).settings.aliases.size).toBe(0);
    });

    it.each([
      [{ '': 'ready' }, 'HealthModule options, aliases'],
      [{ '/a b': 'ready' }, 'HealthModule options, aliases'],
      [{ '/:id': 'ready' }, 'HealthModule options, aliases'],
      [{ '/up': 'deep' }, 'HealthModule options, aliases, /up'],
      [{ '/up': true }, 'HealthModule options, aliases, /up'],
      ['/up', 'HealthModule options, aliases'],
      [['/up'], 'HealthModule options, aliases'],
    ])('refuses %j', (aliases, place) => {
      const { settings, faults } = resolve({ aliases });
      expect(faults.map((fault) => fault.place)).toStrictEqual([place]);
      expect(settings.aliases.size).toBe(0);
    });
  });

  describe('rate limits', () => {
    it.each([
      [{}, {}, {}],
      [{ deep: '30/1m' }, {}, { deep: { requests: 30, window: 60_000 } }],
      [
        { deep: '1/1s', checks: '1000000/1h' },
        {},
        { deep: { requests: 1, window: 1000 }, checks: { requests: 1_000_000, window: 3_600_000 } },
      ],
      [{ deep: '5/1000ms', failedKeys: false }, {}, { deep: { requests: 5, window: 1000 }, failedKeys: false }],
      [{ deep: false, failedKeys: '5/10m' }, {}, { deep: false, failedKeys: { requests: 5, window: 600_000 } }],
      [{}, { HEALTH_RATE_LIMIT_DEEP: '7/10s' }, { deep: { requests: 7, window: 10_000 } }],
      [{ checks: '3/5m' }, { HEALTH_RATE_LIMIT_CHECKS: '7/10s' }, { checks: { requests: 7, window: 10_000 } }],
      [{ deep: '3/5m' }, { HEALTH_RATE_LIMIT_DEEP: 'off' }, { deep: false }],
      [{}, { HEALTH_RATE_LIMIT_FAILED_KEYS: 'false' }, { failedKeys: false }],
      [{}, { HEALTH_RATE_LIMIT_CONTROL: '9/1m' }, { control: { requests: 9, window: 60_000 } }],
    ])('are read from the code and the environment: %j, %j', (rateLimit, variables, limits) => {
      const { settings, faults, environment } = resolve({ rateLimit }, variables);
      expect(faults).toStrictEqual([]);
      expect(environment.unused).toStrictEqual([]);
      const defaults = {
        deep: undefined,
        checks: undefined,
        control: undefined,
        failedKeys: { requests: 20, window: 60_000 },
      };
      expect(settings.rateLimit).toStrictEqual({ ...defaults, ...limits });
    });

    it.each([
      [5, 'rateLimit'],
      [true, 'rateLimit'],
      [null, 'rateLimit'],
      [[], 'rateLimit'],
      [{ ready: '5/1m' }, 'rateLimit'],
      [{ deep: 5 }, 'rateLimit, deep'],
      [{ deep: true }, 'rateLimit, deep'],
      [{ deep: null }, 'rateLimit, deep'],
      [{ deep: ['5/1m'] }, 'rateLimit, deep'],
      [{ deep: '' }, 'rateLimit, deep'],
      [{ deep: '5' }, 'rateLimit, deep'],
      [{ deep: '5/' }, 'rateLimit, deep'],
      [{ deep: '/1m' }, 'rateLimit, deep'],
      [{ deep: '0/1m' }, 'rateLimit, deep'],
      [{ deep: '1.5/1m' }, 'rateLimit, deep'],
      [{ deep: '-5/1m' }, 'rateLimit, deep'],
      [{ deep: '1000001/1m' }, 'rateLimit, deep'],
      [{ deep: '5/1m/1m' }, 'rateLimit, deep'],
      [{ checks: '5/999ms' }, 'rateLimit, checks'],
      [{ checks: '5/1d' }, 'rateLimit, checks'],
      [{ failedKeys: 'off' }, 'rateLimit, failedKeys'],
    ])('refuse %j', (rateLimit, place) => {
      expect(placesOf(resolve({ rateLimit }))).toStrictEqual([`HealthModule options, ${place}`]);
    });

    it.each(['many', 'true', '5', '5/1d'])('refuse %j in the environment', (text) => {
      const place = 'environment variable HEALTH_RATE_LIMIT_DEEP';
      expect(placesOf(resolve({}, { HEALTH_RATE_LIMIT_DEEP: text }))).toStrictEqual([place]);
    });
  });

  describe('composites', () => {
    it.each([
      [{}, { atLeast: undefined, critical: true }],
      [{ aggregation: 'all' }, { atLeast: undefined, critical: true }],
      [
        { aggregation: 'any', critical: false },
        { atLeast: 1, critical: false },
      ],
      [{ aggregation: { atLeast: 2 } }, { atLeast: 2, critical: true }],
    ])('reads %j', (given, settings) => {
      const resolved = resolve({ composites: { database: given } });
      expect(resolved.faults).toStrictEqual([]);
      expect(resolved.settings.composites).toStrictEqual(new Map([['database', settings]]));
    });

    it.each([
      ['most', 'composites.database'],
      [{ aggregation: 'some' }, 'composites.database, aggregation'],
      [{ aggregation: {} }, 'composites.database, aggregation'],
      [{ aggregation: { atLeast: 0 } }, 'composites.database, aggregation'],
      [{ aggregation: { atLeast: 1, atMost: 2 } }, 'composites.database, aggregation'],
      [{ critical: 'no' }, 'composites.database, critical'],
      [{ agregation: 'any' }, 'composites.database'],
    ])('refuses %j', (given, place) => {
      expect(placesOf(resolve({ composites: { database: given } }))).toStrictEqual([`HealthModule options, ${place}`]);
    });

    it.each(['live', 'a/b', 'a b'])('refuses the name %s', (name) => {
      expect(placesOf(resolve({ composites: { [name]: {} } }))).toStrictEqual([
        `HealthModule options, composites.${name}`,
      ]);
    });
  });

  describe('groups', () => {
    it('are lists of names, or names and tags', () => {
      const { settings, faults } = resolve({
        groups: {
          billing: ['payments', 'ledger'],
          money: { tags: ['money'] },
          all: { indicators: ['a'], tags: ['b'] },
        },
      });
      expect(faults).toStrictEqual([]);
      expect([...settings.groups].map(([name, { indicators, tags }]) => [name, indicators, tags])).toStrictEqual([
        ['billing', ['payments', 'ledger'], []],
        ['money', [], ['money']],
        ['all', ['a'], ['b']],
      ]);
    });

    it('have the path of their name, and the view, the status codes and the deadline of the module', () => {
      const { settings } = resolve({ groups: { billing: [] }, statusCodes: { DEGRADED: 207 }, deadline: 300 });
      expect(settings.groups.get('billing')).toStrictEqual({
        indicators: [],
        tags: [],
        view: 'full',
        isHidden: false,
        statusCodes: { UP: 200, DEGRADED: 207, UNKNOWN: 503, OUT_OF_SERVICE: 503, DOWN: 503 },
        path: 'billing',
        additionalPath: undefined,
        hasEndpoint: false,
        isServed: true,
      });
      expect(settings.deadlines).toStrictEqual({});
    });

    it('have their own options', () => {
      const { settings, faults } = resolve({
        statusCodes: { DEGRADED: 207, DOWN: 500 },
        endpoints: { checks: false, ready: { deadline: 200 } },
        groups: {
          billing: {
            tags: ['billing'],
            view: 'status',
            statusCodes: { DOWN: 502 },
            deadline: '1s',
            path: 'payments-state',
            additionalPath: 'internal/billing/',
          },
        },
      });
      expect(faults).toStrictEqual([]);
      expect(settings.groups.get('billing')).toStrictEqual({
        indicators: [],
        tags: ['billing'],
        view: 'status',
        isHidden: false,
        statusCodes: { UP: 200, DEGRADED: 207, UNKNOWN: 503, OUT_OF_SERVICE: 503, DOWN: 502 },
        path: 'payments-state',
        additionalPath: '/internal/billing',
        hasEndpoint: true,
        isServed: true,
      });
      expect(settings.deadlines).toStrictEqual({ ready: 200, billing: 1000 });
      expect(settings.statusCodes).toMatchObject({ DOWN: 500 });
    });

    it.each([
      [{ groups: { a: [] } }, {}, 'full', false],
      [{ groups: { a: [] } }, { NODE_ENV: 'production' }, 'components', false],
      [{ groups: { a: { view: 'full' } } }, { NODE_ENV: 'production' }, 'full', false],
      [{ groups: { a: [] }, endpoints: { checks: { view: 'status' } } }, {}, 'status', true],
      [{ groups: { a: { view: 'status' } }, endpoints: { checks: { view: 'status' } } }, {}, 'status', false],
      [{ groups: { a: { path: 'b' } }, endpoints: { checks: { view: 'status' } } }, {}, 'status', true],
    ])('are shown as checks, or in their own view: %j, %j', (options, variables, view, isHidden) => {
      expect(resolve(options, variables).settings.groups.get('a')).toMatchObject({ view, isHidden });
    });

    it.each([
      [[], false],
      [{ tags: ['x'] }, false],
      [{ deadline: 5 }, true],
      [{ additionalPath: '/up' }, true],
    ])('exist without the endpoint of checks if they are endpoints of their own: %j', (content, isServed) => {
      const { settings } = resolve({ endpoints: { checks: false }, groups: { a: content } });
      expect(settings.groups.get('a')).toMatchObject({ isServed });
    });

    it.each([
      [{ a: { path: 'x' }, b: { path: 'x' } }, '/health/x', ['the group "a"', 'the group "b"']],
      [{ a: [], b: { path: 'a' } }, '/health/a', ['the group "a"', 'the group "b"']],
      [{ a: { path: 'state' } }, '/health/state', ['the endpoint "ready"', 'the group "a"']],
      [{ state: [] }, '/health/state', ['the endpoint "ready"', 'the group "state"']],
      [
        { a: { additionalPath: '/health/state/' } },
        '/health/state',
        ['the endpoint "ready"', 'the additionalPath of the group "a"'],
      ],
      [
        { a: { additionalPath: '/health' } },
        '/health',
        ['the endpoint "overview"', 'the additionalPath of the group "a"'],
      ],
      [{ a: { additionalPath: '/up' } }, '/up', ['the alias "/up"', 'the additionalPath of the group "a"']],
      [{ a: { path: 'other' } }, '/health/other', ['the alias "/health/other"', 'the group "a"']],
      [
        { a: { additionalPath: '/x/y' }, b: { additionalPath: 'x/y' } },
        '/x/y',
        ['the additionalPath of the group "a"', 'the additionalPath of the group "b"'],
      ],
      [{ a: { additionalPath: '/health/a' } }, '/health/a', ['the group "a"', 'the additionalPath of the group "a"']],
    ])('refuse a path that is already used: %j', (groups, path, places) => {
      const endpoints = { ready: { path: 'state' } };
      const aliases = { '/up': 'live', '/health/other': 'ready', '/health/live': 'live' } as const;
      expect(resolve({ groups, endpoints, aliases }).faults).toStrictEqual([endpointPathShared(path, places)]);
    });

    it.each([
      [{ path: 'a/b' }, 'groups.billing, path'],
      [{ path: 'metrics' }, 'groups.billing, path'],
      [{ path: 'live' }, 'groups.billing, path'],
      [{ path: 5 }, 'groups.billing, path'],
      [{ additionalPath: '' }, 'groups.billing, additionalPath'],
      [{ additionalPath: '/a b' }, 'groups.billing, additionalPath'],
      [{ additionalPath: '/:name' }, 'groups.billing, additionalPath'],
      [{ view: 'all' }, 'groups.billing, view'],
      [{ deadline: 0 }, 'groups.billing, deadline'],
      [{ statusCodes: { DOWN: 600 } }, 'groups.billing, statusCodes, DOWN'],
      [{ statusCodes: { SKIPPED: 200 } }, 'groups.billing, statusCodes'],
    ])('refuse the option %j', (content, place) => {
      expect(placesOf(resolve({ groups: { billing: content } }))).toStrictEqual([`HealthModule options, ${place}`]);
    });

    it('have their own names, which must be allowed in a URL', () => {
      const { settings, faults } = resolve({ groups: { ready: [], 'a b': [], fine: [] } });
      expect(faults[0]).toStrictEqual(nameReserved('HealthModule options, groups.ready', 'ready'));
      expect(faults).toHaveLength(2);
      expect([...settings.groups.keys()]).toStrictEqual(['fine']);
    });

    it.each([['payments'], [5], [null], [['']], [[1]]])('refuse %j as their content', (content) => {
      const { settings, faults } = resolve({ groups: { billing: content } });
      expect(faults).toMatchObject([{ place: 'HealthModule options, groups.billing' }]);
      expect(settings.groups.size).toBe(0);
    });

    it.each([
      [{ indicators: 'payments' }, 'HealthModule options, groups.billing, indicators'],
      [{ indicators: 5 }, 'HealthModule options, groups.billing, indicators'],
      [{ tags: [1] }, 'HealthModule options, groups.billing, tags'],
    ])('refuse %j', (content, place) => {
      expect(placesOf(resolve({ groups: { billing: content } }))).toStrictEqual([place]);
    });

    it('contain valid lists, also after a fault', () => {
      const { settings } = resolve({ groups: { billing: { indicators: 5, tags: 'x' } } });
      const { indicators = [], tags = [] } = settings.groups.get('billing') ?? {};
      expect([Array.isArray(indicators), Array.isArray(tags)]).toStrictEqual([true, true]);
    });

    it('refuse unknown options', () => {
      expect(resolve({ groups: { billing: { indicator: ['payments'] } } }).faults).not.toHaveLength(0);
    });
  });

  describe('indicators and defaults', () => {
    it('are kept by name, with their valid options', () => {
      const { settings, faults } = resolve({
        defaults: { timeout: 300, ttl: -1 },
        indicators: { database: { timeout: 200, critical: 'no' }, cache: undefined },
      });
      expect(settings.defaults).toStrictEqual({ timeout: 300 });
      expect(settings.indicators).toStrictEqual({ database: { timeout: 200 }, cache: {} });
      expect(faults).toHaveLength(2);
    });

    it('use the environment rather than the default in code', () => {
      const { settings } = resolve({ defaults: { timeout: 300, ttl: 5 } }, { HEALTH_DEFAULT_TIMEOUT: '1s' });
      expect(settings.defaults).toStrictEqual({ timeout: 1000, ttl: 5 });
    });
  });

  it.each([
    ['groups', []],
    ['groups', 'billing'],
    ['groups', null],
    ['indicators', ['database']],
    ['headers', 'x'],
  ])('refuses %s that are not an object: %j', (option, value) => {
    expect(resolve({ [option]: value }).faults).toStrictEqual([
      optionOutOfRange(
        `HealthModule options, ${option}`,
        value === null ? 'null' : Array.isArray(value) ? 'an array' : `"${value}"`,
        'an object',
      ),
    ]);
  });

  describe('statusCodes', () => {
    it('override one status at a time', () => {
      expect(resolve({ statusCodes: { DEGRADED: 429 } }).settings.statusCodes).toStrictEqual({
        UP: 200,
        DEGRADED: 429,
        UNKNOWN: 503,
        OUT_OF_SERVICE: 503,
        DOWN: 503,
      });
    });

    it.each([[{ DOWN: 199 }], [{ DOWN: 600 }], [{ DOWN: '503' }], [{ SKIPPED: 200 }], [{ down: 503 }]])(
      'refuse %j',
      (statusCodes) => {
        expect(resolve({ statusCodes }).faults).toHaveLength(1);
      },
    );

    it('accept every status code of a response', () => {
      expect(resolve({ statusCodes: { UP: 200, DOWN: 599 } }).faults).toStrictEqual([]);
    });
  });

  describe('headers', () => {
    it('are kept with their names in lower case', () => {
      const { settings, faults } = resolve({ headers: { 'X-Team': 'orders', 'x-empty': '' } });
      expect(faults).toStrictEqual([]);
      expect(settings.headers).toStrictEqual({ 'x-team': 'orders', 'x-empty': '' });
    });

    it.each([
      'Cache-Control',
      'content-type',
      'Retry-After',
      'www-authenticate',
      'x-health-checked-at',
      'X-Health-Status',
      'x-service-version',
    ])('refuse %s, which the response sets', (name) => {
      const { settings, faults } = resolve({ headers: { [name]: 'x' } });
      expect(faults).toStrictEqual([headerReserved(`HealthModule options, headers.${name}`)]);
      expect(settings.headers).toStrictEqual({});
    });

    it.each([
      'Connection',
      'content-encoding',
      'Content-Length',
      'content-range',
      'Date',
      'http2-settings',
      'keep-alive',
      'proxy-connection',
      'te',
      'trailer',
      'transfer-encoding',
      'upgrade',
    ])('refuse %s, which would break every response', (name) => {
      const { settings, faults } = resolve({ headers: { [name]: 'x' } });
      expect(faults).toStrictEqual([headerBreaksResponse(`HealthModule options, headers.${name}`)]);
      expect(settings.headers).toStrictEqual({});
    });

    it.each([
      [{ 'a b': 'x' }],
      [{ '': 'x' }],
      [{ 'a:': 'x' }],
      [{ ä: 'x' }],
      [{ 'x-team': 'two\r\nlines' }],
      [{ 'x-team': 'ä' }],
      [{ 'x-team': 5 }],
      [{ 'x-team': ['a'] }],
    ])('refuse %j', (headers) => {
      const { settings, faults } = resolve({ headers });
      expect(faults).toHaveLength(1);
      expect(settings.headers).toStrictEqual({});
    });
  });

  describe('service', () => {
    it.each([
      ['the options', { service: { name: 'orders', version: '1.0 – beta' } }, {}],
      ['the environment', { service: { name: 'orders' } }, { SERVICE_VERSION: '1.4.2\n' }],
    ])('never leads to a header that the server would refuse: version from %s', (_where, options, variables) => {
      const { settings, faults } = resolveModuleOptions(options, variables);
      const { version } = settings.identity;
      const isRefusedAtBoot = faults.length > 0;
      const isUsable = (): boolean => {
        if (version !== undefined) validateHeaderValue('x-service-version', version);
        return true;
      };
      expect(isRefusedAtBoot || isUsable()).toBe(true);
    });

    it.each([
      [{ version: 142 }, 'HealthModule options, service, version'],
      [{ version: 'two\nlines' }, 'HealthModule options, service, version'],
      [{ name: '' }, 'HealthModule options, service, name'],
      [{ environment: 5 }, 'HealthModule options, service, environment'],
      [{ commit: null }, 'HealthModule options, service, commit'],
      [{ nmae: 'orders' }, 'HealthModule options, service'],
    ])('refuses %j', (given, place) => {
      expect(placesOf(resolve({ service: given }))).toStrictEqual([place]);
    });

    it('keeps every field, and reads no variables under the prefix', () => {
      const given = { name: 'orders', version: '1.4.2', environment: 'staging', commit: 'abc' };
      const variables = { HEALTH_NAME: 'x', HEALTH_VERSION: 'x', HEALTH_SERVICE_NAME: 'x' };
      expect(resolve({ service: given }, variables).settings.identity).toStrictEqual(given);
    });
  });

  describe('shutdown', () => {
    const onKubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };

    it('has a longer minimum wait on Kubernetes, but never longer than the maximum', () => {
      expect(resolve({}, onKubernetes).settings.shutdown.minDelay).toBe(5000);
      expect(resolve({ shutdown: { maxDelay: 3000 } }, onKubernetes).settings.shutdown).toMatchObject({
        minDelay: 3000,
        maxDelay: 3000,
      });
      expect(resolve({ shutdown: { minDelay: 1000 } }, onKubernetes).settings.shutdown.minDelay).toBe(1000);
      expect(resolve({}, { KUBERNETES_SERVICE_HOST: '' }).settings.shutdown.minDelay).toBe(0);
    });

    it('accepts a number or "auto"', () => {
      expect(resolve({ shutdown: { delay: 0 } }).settings.shutdown.delay).toBe(0);
      expect(resolve({ shutdown: { delay: 'auto' } }).settings.shutdown.delay).toBe('auto');
      for (const delay of [-1, 'soon', null]) expect(resolve({ shutdown: { delay } }).faults).toHaveLength(1);
    });

    it('refuses a minimum above the maximum, and accepts equal ones', () => {
      expect(resolve({ shutdown: { minDelay: 2, maxDelay: 1 } }).faults).toStrictEqual([
        minDelayAboveMaxDelay('HealthModule options, shutdown', 2, 1),
      ]);
      expect(resolve({ shutdown: { minDelay: 1, maxDelay: 1 } }).faults).toStrictEqual([]);
    });

    it('recognises probers by addresses, agents and headers', () => {
      const probers = [
        { addresses: '10.0.0.0/8' },
        { addresses: ['::1', 'fd00::/8'], agents: 'ELB-HealthChecker/' },
        { agents: ['a', 'b'], headers: { 'X-Prober': 'a long secret' } },
      ];
      const { settings, faults } = resolve({ shutdown: { probers } });
      expect(faults).toStrictEqual([]);
      expect(settings.shutdown.probers).toStrictEqual([
        { addresses: ['10.0.0.0/8'] },
        { addresses: ['::1', 'fd00::/8'], agents: ['ELB-HealthChecker/'] },
        { agents: ['a', 'b'], headers: { 'X-Prober': 'a long secret' } },
      ]);
    });

    it('reads the addresses of probers from the environment', () => {
      const variables = { HEALTH_SHUTDOWN_PROBERS: '10.0.0.0/8, 192.0.2.7' };
      expect(resolve({ shutdown: { probers: [{ agents: 'x' }] } }, variables).settings.shutdown.probers).toStrictEqual([
        { addresses: ['10.0.0.0/8', '192.0.2.7'] },
      ]);
      expect(resolve({}, { HEALTH_SHUTDOWN_PROBERS: 'balancer' }).faults).toHaveLength(1);
    });

    it.each([
      ['10.0.0.1', ', probers'],
      [[], ', probers'],
      [['10.0.0.1'], ', probers'],
      [[5], ', probers[0]'],
      [[{}], ', probers[0]'],
      [[{ address: '10.0.0.1' }], ', probers[0]'],
      [[{ addresses: 'balancer' }], ', probers[0], addresses'],
      [[{ addresses: '10.0.0.0/33' }], ', probers[0], addresses'],
      [[{ addresses: [] }], ', probers[0], addresses'],
      [[{ agents: 'x' }, { agents: [''] }], ', probers[1], agents'],
      [[{ headers: {} }], ', probers[0], headers'],
      [[{ headers: { 'x-prober': '' } }], ', probers[0], headers'],
      [[{ headers: { 'no name': 'x' } }], ', probers[0], headers'],
    ])('refuses %j as probers', (probers, place) => {
      expect(placesOf(resolve({ shutdown: { probers } }))[0]).toBe(`HealthModule options, shutdown${place}`);
    });

    it('does not show the value of a header that it refuses', () => {
      const { faults } = resolve({ shutdown: { probers: [{ headers: { 'x-prober': 's3cret\n' } }] } });
      expect(JSON.stringify(faults)).not.toContain('s3cret');
    });

    it('leaves the wait to the primary process in a worker of a cluster, unless a delay is set', () => {
      const inWorker = (options: HealthModuleOptions, variables = {}): ShutdownSettings => {
        const environment = new Environment('HEALTH_', variables);
        return resolveShutdown(options, environment, variables, new Faults().at('shutdown'), true);
      };
      expect(inWorker({})).toMatchObject({ delay: 0, isLeftToPrimary: true });
      expect(inWorker({}, onKubernetes)).toMatchObject({ delay: 5000, isLeftToPrimary: true });
      expect(inWorker({ shutdown: { delay: 'auto' } })).toMatchObject({ delay: 'auto', isLeftToPrimary: false });
      expect(inWorker({ shutdown: { delay: 3000 } })).toMatchObject({ delay: 3000, isLeftToPrimary: false });
    });

    it('refuses unknown options', () => {
      expect(placesOf(resolve({ shutdown: { dealy: 5 } }))).toStrictEqual(['HealthModule options, shutdown']);
    });
  });

  it('accepts the bounds of each range', () => {
    const { settings, faults } = resolve({
      deadline: 1,
      maxConcurrency: 1,
      retryAfter: 0,
      endpoints: { ready: { deadline: 1 } },
      shutdown: { delay: 0, minDelay: 0, maxDelay: 0, timeout: 0 },
    });
    expect(faults).toStrictEqual([]);
    expect(settings).toMatchObject({ deadline: 1, maxConcurrency: 1, retryAfter: 0, deadlines: { ready: 1 } });
    expect(settings.shutdown).toMatchObject({ delay: 0, minDelay: 0, maxDelay: 0, timeout: 0 });
    expect(resolve({ maxConcurrency: 1_000_000, retryAfter: 86_400 }).faults).toStrictEqual([]);
    expect(resolve({ maxConcurrency: 1_000_001, retryAfter: 86_401 }).faults).toHaveLength(2);
  });

  it('reads bounds also from the environment', () => {
    const variables = { HEALTH_SHUTDOWN_DELAY: '0', HEALTH_SHUTDOWN_MAX_DELAY: '0', HEALTH_SHUTDOWN_MIN_DELAY: '0' };
    const { settings, faults } = resolve({}, variables);
    expect(faults).toStrictEqual([]);
    expect(settings.shutdown).toMatchObject({ delay: 0, minDelay: 0, maxDelay: 0 });
  });

  it('reads no deadlines for endpoints without their own deadline', () => {
    const { settings, environment } = resolve({}, { HEALTH_CHECKS_DEADLINE: '5', HEALTH_OVERVIEW_DEADLINE: '5' });
    expect(settings.deadlines).toStrictEqual({});
    expect(environment.unused).toHaveLength(2);
  });

  it.each([
    ['headers', { 'a b': 'x', connection: 'x', 'x-c': 'ä' }, ['headers.a b', 'headers.connection', 'headers.x-c']],
    ['aliases', { '/a b': 'live', '/c': 'deep', '/d e': 'live' }, ['aliases', 'aliases, /c', 'aliases']],
    ['groups', { a: 5, b: { tags: 5 }, c: 5 }, ['groups.a', 'groups.b, tags', 'groups.c']],
    ['endpoints', { live: 5, ready: 6 }, ['endpoints.live', 'endpoints.ready']],
  ])('lists the faults of %s in their order', (option, value, places) => {
    const expected = places.map((place) => `HealthModule options, ${place}`);
    expect(placesOf(resolve({ [option]: value }))).toStrictEqual(expected);
  });

  it.each([
    [{ endpoints: { live: 5 } }, 'true, false or an object'],
    [{ aliases: 5 }, 'true, false, or an object of paths and probes'],
    [
      { shutdown: { delay: -1 } },
      '"auto", or a whole number of milliseconds from 0 to 2147483647, or a text with a unit such as "500ms", "5s", "1m" or "1h"',
    ],
    [{ environmentPrefix: '' }, 'a text of letters, digits and "_", and not empty, as "HEALTH_", or false'],
  ])('says what is expected instead of %j', (options, expected) => {
    expect(resolve(options).faults[0]?.remedy).toBe(`use ${expected}`);
  });

  it.each([null, 'health', 5, []])('refuses options that are not an object: %j', (options) => {
    const { faults } = resolveModuleOptions(options as unknown as HealthModuleOptions, {});
    expect(placesOf({ faults } as ResolvedOptions)).toStrictEqual(['HealthModule options']);
  });

  it.each(['', '1_', 'A-B', 5, true, null])(
    'refuses the prefix %j, and then reads no variables',
    (environmentPrefix) => {
      const { settings, faults } = resolve({ environmentPrefix }, { HEALTH_DEADLINE: '5', DEADLINE: '5' });
      expect(faults.map(({ place }) => place)).toStrictEqual(['HealthModule options, environmentPrefix']);
      expect(settings.deadline).toBe(800);
    },
  );

  it('refuses endpoints that share a path, unless one is turned off', () => {
    const shared = resolve({ endpoints: { live: { path: 'x' }, ready: { path: 'x' }, deep: { path: 'ready' } } });
    expect(shared.faults).toStrictEqual([
      endpointPathShared('/health/x', ['the endpoint "live"', 'the endpoint "ready"']),
    ]);
    expect(resolve({ endpoints: { live: { path: 'ready' }, ready: false } }).faults).toStrictEqual([]);
  });

  it('accepts decorators that are functions', () => {
    const decorate: ClassDecorator = () => undefined;
    expect(resolve({ decorators: [decorate] }).settings.decorators).toStrictEqual([decorate]);
    expect(resolve({ decorators: decorate }).faults).toHaveLength(1);
  });
});
