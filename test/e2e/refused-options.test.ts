import type { ModuleMetadata } from '@nestjs/common';
import {
  type ConfigurationFault,
  type HealthConfigurationError,
  HealthModule,
  type HealthModuleOptions,
  up,
} from 'nest-vitals';
import { HealthAlertsModule } from 'nest-vitals/alerts';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthOpenTelemetryModule } from 'nest-vitals/opentelemetry';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { describe, expect, it } from 'vitest';
import {
  asyncOptionsIncomplete,
  asyncOptionsMissing,
  headerReserved,
  moduleImportedBare,
  moduleImportedTwice,
  moduleNotConfigured,
  variableMalformed,
} from '../../src/errors/messages.js';
import { duration, flag, whole } from '../../src/options/rules.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, refusalOf } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

/** The place of a fault, and the problem with its value. */
type Found = readonly [place: string, problem: string];

describe.each(ADAPTERS)('modules that are not configured on %s', (adapter) => {
  it.each([
    ['HealthAlertsModule', HealthAlertsModule],
    ['HealthDashboardModule', HealthDashboardModule],
    ['HealthPrometheusModule', HealthPrometheusModule],
    ['HealthOpenTelemetryModule', HealthOpenTelemetryModule],
  ])('refuses the bare class %s', async (name, module) => {
    expect(await faultsOf(adapter, { imports: [HealthModule.forRoot(), module] })).toEqual([moduleNotConfigured(name)]);
  });

  it.each([
    ['HealthAlertsModule', HealthAlertsModule, '{ targets: […] }'],
    ['HealthDashboardModule', HealthDashboardModule, undefined],
    ['HealthPrometheusModule', HealthPrometheusModule, undefined],
    ['HealthOpenTelemetryModule', HealthOpenTelemetryModule, undefined],
  ])('refuses a factory of %s that returns nothing, or is missing', async (name, module, example) => {
    const place = `${name}.forRootAsync()`;
    for (const nothing of [undefined, null]) {
      const imports = [HealthModule.forRoot(), module.forRootAsync({ useFactory: () => nothing as never })];
      // Some modules refuse while their providers are created, and others before the application is initialised.
      const faults = await faultsOf(adapter, { imports }).catch((error: HealthConfigurationError) => error.faults);
      expect(faults).toEqual([asyncOptionsMissing(place, 'nothing', example)]);
    }
    expect(() => module.forRootAsync({} as never)).toThrow(
      expect.objectContaining({ faults: [asyncOptionsIncomplete(place, 'useFactory')] }),
    );
  });

  it('refuses a factory that returns nothing', async () => {
    const useFactory = (): HealthModuleOptions => undefined as unknown as HealthModuleOptions;
    expect(await faultsOf(adapter, { imports: [HealthModule.forRootAsync({ useFactory })] })).toEqual([
      asyncOptionsMissing('HealthModule.forRootAsync()', 'undefined'),
    ]);
  });
});

describe.each(ADAPTERS)('options that are refused at boot on %s', (adapter) => {
  const faults = (
    options: object,
    providers: NonNullable<ModuleMetadata['providers']> = [],
  ): Promise<readonly ConfigurationFault[]> =>
    faultsOf(adapter, { imports: [HealthModule.forRoot(options)], providers });
  const found = async (options: object): Promise<Found[]> =>
    (await faults(options)).map(({ place, problem }) => [place, problem]);

  describe('of the module', () => {
    const cases: [name: string, options: object, place: string, problem: string][] = [
      ['an unknown option', { deadlin: 1 }, '', 'there is no option "deadlin"'],
      ['deadline', { deadline: 0 }, ', deadline', 'its value is 0'],
      ['maxConcurrency', { maxConcurrency: 0 }, ', maxConcurrency', 'its value is 0'],
      ['retryAfter', { retryAfter: 1.5 }, ', retryAfter', 'its value is 1.5'],
      ['logging', { logging: 'no' }, ', logging', 'its value is "no"'],
      ['an empty path', { path: '' }, ', path', 'its value is ""'],
      ['a path with a parameter', { path: 'a/:b' }, ', path', 'its value is "a/:b"'],
      ['a path with a query', { path: 'health?' }, ', path', 'its value is "health?"'],
      ['an unknown endpoint', { endpoints: { reday: true } }, ', endpoints', 'there is no option "reday"'],
      ['an endpoint', { endpoints: { ready: 'no' } }, ', endpoints.ready', 'its value is "no"'],
      ['a view', { endpoints: { ready: { view: 'all' } } }, ', endpoints.ready, view', 'its value is "all"'],
      [
        'the path of an endpoint',
        { endpoints: { ready: { path: 'a/b' } } },
        ', endpoints.ready, path',
        'its value is "a/b"',
      ],
      [
        'the deadline of an endpoint',
        { endpoints: { ready: { deadline: 0 } } },
        ', endpoints.ready, deadline',
        'its value is 0',
      ],
      [
        'an option of an endpoint',
        { endpoints: { ready: { veiw: 'full' } } },
        ', endpoints.ready',
        'there is no option "veiw"',
      ],
      [
        'a path where there is none',
        { endpoints: { checks: { path: 'x' } } },
        ', endpoints.checks',
        'there is no option "path"',
      ],
      ['aliases', { aliases: 'yes' }, ', aliases', 'its value is "yes"'],
      ['an alias with a space', { aliases: { '/a b': 'live' } }, ', aliases', 'its value is "/a b"'],
      ['an alias of deep', { aliases: { '/up': 'deep' } }, ', aliases, /up', 'its value is "deep"'],
      ['groups', { groups: ['billing'] }, ', groups', 'its value is an array'],
      ['a group', { groups: { billing: 'ledger' } }, ', groups.billing', 'its value is "ledger"'],
      ['the tags of a group', { groups: { billing: { tags: 'a' } } }, ', groups.billing, tags', 'its value is "a"'],
      ['indicators', { indicators: 'stock' }, ', indicators', 'its value is "stock"'],
      ['an unknown default', { defaults: { tmeout: 1 } }, ', defaults', 'there is no option "tmeout"'],
      ['a status code', { statusCodes: { DOWN: 99 } }, ', statusCodes, DOWN', 'its value is 99'],
      ['an unknown status', { statusCodes: { BROKEN: 503 } }, ', statusCodes', 'there is no option "BROKEN"'],
      ['the code of SKIPPED', { statusCodes: { SKIPPED: 200 } }, ', statusCodes', 'there is no option "SKIPPED"'],
      ['headers', { headers: ['x'] }, ', headers', 'its value is an array'],
      ['the name of a header', { headers: { 'a b': 'x' } }, ', headers.a b', 'its value is "a b"'],
      ['a header on two lines', { headers: { 'x-a': 'a\r\nb' } }, ', headers.x-a', 'its value is "a\\r\\nb"'],
      ['a header outside ASCII', { headers: { 'x-a': 'ü' } }, ', headers.x-a', 'its value is "ü"'],
      ['a header that is no text', { headers: { 'x-a': 1 } }, ', headers.x-a', 'its value is 1'],
      ['access', { access: { key: 'x' } }, ', access', 'there is no option "key"'],
      ['authorize', { access: { authorize: true } }, ', access, authorize', 'its value is true'],
      ['decorators', { decorators: ['Public'] }, ', decorators', 'its value is an array'],
      ['shutdown', { shutdown: { delay: 'never' } }, ', shutdown, delay', 'its value is "never"'],
      ['an option of shutdown', { shutdown: { wait: 1 } }, ', shutdown', 'there is no option "wait"'],
    ];

    it.each(cases)('%s', async (_name, options, place, problem) => {
      expect(await found(options)).toEqual([[`HealthModule options${place}`, problem]]);
    });

    it.each(['Cache-Control', 'content-type', 'Retry-After', 'X-Health-Status', 'x-service-version'])(
      'the header %s, which the response sets itself',
      async (name) => {
        expect(await faults({ headers: { [name]: 'x' } })).toEqual([
          headerReserved(`HealthModule options, headers.${name}`),
        ]);
      },
    );

    it('an unknown option of the service', async () => {
      expect(await found({ service: { nmae: 'orders' } })).toEqual([
        ['HealthModule options, service', 'there is no option "nmae"'],
      ]);
    });

    it('an option of the service that is not a string', async () => {
      expect(await found({ service: { name: 42 } })).toEqual([
        ['HealthModule options, service, name', 'its value is 42'],
      ]);
    });

    it('a version that is not valid in a header', async () => {
      expect(await found({ service: { version: '1.4.2\u2013beta' } })).toEqual([
        ['HealthModule options, service, version', 'its value is "1.4.2\u2013beta"'],
      ]);
    });

    it('a prefix of the environment variables that is neither a string nor false', async () => {
      expect(await found({ environmentPrefix: 42 })).toEqual([
        ['HealthModule options, environmentPrefix', 'its value is 42'],
      ]);
    });

    it('an empty prefix, with which PATH and HOME would configure health checks', async () => {
      expect(await found({ environmentPrefix: '' })).toEqual([
        ['HealthModule options, environmentPrefix', 'its value is ""'],
      ]);
    });

    it('an API key is never shown', async () => {
      const [fault, ...others] = await faults({ access: { apiKeys: ['hunter2', ''] } });
      expect(others).toEqual([]);
      expect(fault).toMatchObject({
        place: 'HealthModule options, access, apiKeys',
        problem: 'its value is not allowed (the value is not shown, because it may be a secret)',
      });
    });

    it('several at once: each is listed', async () => {
      expect(await found({ deadline: 0, path: '/', retryAfter: -1, endpoints: { live: { view: '' } } })).toEqual(
        expect.arrayContaining([
          ['HealthModule options, deadline', 'its value is 0'],
          ['HealthModule options, path', 'its value is "/"'],
          ['HealthModule options, retryAfter', 'its value is -1'],
          ['HealthModule options, endpoints.live, view', 'its value is ""'],
        ]),
      );
    });
  });

  describe('from the environment', () => {
    it.each([
      ['HEALTH_DEADLINE', 'soon', duration(1).expected],
      ['HEALTH_DEADLINE', '0', duration(1).expected],
      ['HEALTH_DEADLINE', '-5', duration(1).expected],
      ['HEALTH_DEADLINE', '1.5s', duration(1).expected],
      ['HEALTH_DEADLINE', '2d', duration(1).expected],
      ['HEALTH_DEADLINE', '600h', duration(1).expected],
      ['HEALTH_MAX_CONCURRENCY', 'many', whole(1, 1_000_000).expected],
      ['HEALTH_LOGGING', 'maybe', flag.expected],
      ['HEALTH_READY_ENABLED', '2', flag.expected],
      ['HEALTH_DEEP_VIEW', 'everything', '"status" or "components" or "full"'],
      ['HEALTH_STATUS_CODE_DOWN', '42', whole(200, 599).expected],
      ['HEALTH_DEFAULT_TIMEOUT', '1e3', duration(1).expected],
      ['HEALTH_STOCK_CRITICAL', 'perhaps', flag.expected],
      ['HEALTH_STOCK_RETRIES', '101', whole(0, 100).expected],
      ['HEALTH_STOCK_INTERVAL', 'never', `${duration(1).expected}, or "off" in the environment`],
    ])(
      '%s=%s: the error contains the variable, its value and the allowed values',
      async (variable, value, expected) => {
        setVariables({ [variable]: value });
        expect(await faults({}, [FakeIndicator('stock')])).toEqual([
          variableMalformed(variable, JSON.stringify(value), expected),
        ]);
      },
    );

    it('a value that is valid alone but conflicts with another', async () => {
      setVariables({ HEALTH_STOCK_TTL: '40s' });
      const [fault, ...others] = await faults({}, [FakeIndicator('stock', () => up(), { maxAge: 1000 })]);
      expect(others).toEqual([]);
      expect(fault?.problem).toContain('maxAge (1000 ms) is less than ttl (40000 ms)');
    });

    it('a variable does not hide a faulty option in the code', async () => {
      setVariables({ HEALTH_DEADLINE: '700' });
      expect(await found({ deadline: 'soon' })).toEqual([['HealthModule options, deadline', 'its value is "soon"']]);
    });
  });

  describe('ways of importing the module', () => {
    it('forRoot twice', async () => {
      const other = moduleNamed('OtherModule', { imports: [HealthModule.forRoot({ path: 'other' })] });
      expect(await faultsOf(adapter, { imports: [HealthModule.forRoot(), other] })).toEqual([
        moduleImportedTwice(['RootModule', 'OtherModule']),
      ]);
    });

    it('forRoot and forRootAsync', async () => {
      const other = moduleNamed('OtherModule', {
        imports: [HealthModule.forRootAsync({ useFactory: () => Promise.resolve({}) })],
      });
      expect(await faultsOf(adapter, { imports: [HealthModule.forRoot(), other] })).toEqual([
        moduleImportedTwice(['RootModule', 'OtherModule']),
      ]);
    });

    it('the module itself, without forRoot', async () => {
      expect(await faultsOf(adapter, { imports: [HealthModule] })).toEqual([moduleImportedBare(['RootModule'])]);
    });

    it('the module itself in another module, beside forRoot', async () => {
      const other = moduleNamed('OtherModule', { imports: [HealthModule] });
      const root = { imports: [HealthModule.forRoot({ aliases: true }), other] };
      expect(await faultsOf(adapter, root)).toEqual([moduleImportedBare(['OtherModule'])]);
    });

    it('forRootAsync without a source of options, with an error at the call', () => {
      expect(() => HealthModule.forRootAsync({})).toThrow(
        expect.objectContaining({
          faults: [asyncOptionsIncomplete('HealthModule.forRootAsync()', 'one of useFactory, useClass, useExisting')],
        }),
      );
    });
  });

  it('the error says that the application does not start', async () => {
    const { error } = await refusalOf(adapter, { imports: [HealthModule.forRoot({ deadline: 0 })] });
    expect(error).toMatchObject({ name: 'HealthConfigurationError' });
    expect(String(error)).toContain('so the application does not start');
  });
});
