import {
  Inject,
  Injectable,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleInit,
  Scope,
  type Type,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { type ConfigurationFault, HealthIndicator, HealthModule, type HealthModuleOptions, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import {
  endpointPathShared,
  groupMemberUnknown,
  indicatorNotSingleton,
  indicatorWithoutCheck,
  maxAgeBelowTtl,
  nameMissing,
  nameNotUrlSafe,
  nameReserved,
  nameTaken,
  optionOutOfRange,
  partNameMalformed,
  probeUnknown,
  variableMalformed,
} from '../../src/errors/messages.js';
import { callable, duration, flag, show, whole, stringList } from '../../src/options/rules.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, refusalOf, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

const PLACE = 'Fake in RootModule';

/** An indicator without its own constructor, which records the objects on which it is called. */
function scopedIndicator(): { readonly indicator: Type<HealthIndicator>; readonly calledOn: unknown[] } {
  const calledOn: unknown[] = [];
  @HealthIndicator('scoped', { interval: 1, probes: ['live', 'ready', 'startup'] })
  class ScopedHealth implements HealthIndicator {
    check() {
      calledOn.push(this);
      return up();
    }
  }
  return { indicator: ScopedHealth, calledOn };
}

@Injectable({ scope: Scope.REQUEST })
class CurrentUser {
  readonly name = 'somebody';
}

@Injectable()
class UserSettings {
  constructor(@Inject(CurrentUser) readonly user: CurrentUser) {}
}

@Injectable({ scope: Scope.TRANSIENT })
class Clock {
  readonly now = Date.now();
}

describe.each(ADAPTERS)('indicators refused at boot on %s', (adapter) => {
  const faults = (
    providers: NonNullable<ModuleMetadata['providers']>,
    options?: HealthModuleOptions,
    imports: NonNullable<ModuleMetadata['imports']> = [],
  ): Promise<readonly ConfigurationFault[]> =>
    faultsOf(adapter, { imports: [HealthModule.forRoot(options), ...imports], providers });

  describe('the error', () => {
    const application = (): ModuleMetadata => ({
      imports: [
        HealthModule.forRoot({ deadline: 0, groups: { billing: ['ledger'] } }),
        moduleNamed('OrdersModule', { providers: [FakeIndicator('stock'), FakeIndicator('live')] }),
      ],
      providers: [
        FakeIndicator('stock', () => up(), { timeout: -1 }),
        FakeIndicator('a b'),
        FakeIndicator('odd', () => up(), { probes: ['raedy'] }),
      ],
    });

    it('lists every fault with its place and its remedy', async () => {
      setVariables({ HEALTH_STOCK_TTL: 'soon' });
      const { error } = await refusalOf(adapter, application());

      const expected = [
        optionOutOfRange('HealthModule options, deadline', '0', duration(1).expected),
        optionOutOfRange(`${PLACE}, timeout`, '-1', duration(1).expected),
        variableMalformed('HEALTH_STOCK_TTL', '"soon"', duration(0).expected),
        nameNotUrlSafe(PLACE, '"a b"'),
        probeUnknown(`${PLACE}, probes`, 'raedy', ['live', 'ready', 'startup', 'deep', 'billing']),
        nameTaken('stock', [PLACE, 'Fake in OrdersModule']),
        nameReserved('Fake in OrdersModule', 'live'),
        groupMemberUnknown('the group "billing"', 'ledger', ['stock', 'odd']),
      ];
      expect(error).toHaveProperty('faults', expected);
      const message = String(error);
      expect(message).toContain('The health configuration has 8 faults');
      for (const { place, problem, remedy } of expected)
        expect(message).toContain(`${place}: ${problem}\n     Remedy: ${remedy}`);
    });

    it('is thrown before any hook of another module has run', async () => {
      const ran: string[] = [];
      const hooked = (name: string): Type => {
        @Injectable()
        class Hooked implements OnModuleInit, OnApplicationBootstrap {
          onModuleInit(): void {
            ran.push(`${name}: onModuleInit`);
          }
          onApplicationBootstrap(): void {
            ran.push(`${name}: onApplicationBootstrap`);
          }
        }
        return Hooked;
      };
      const inner = moduleNamed('InnerModule', { providers: [hooked('inner')] });
      const outer = moduleNamed('OuterModule', { imports: [inner], providers: [hooked('outer')] });
      const { imports = [], providers = [] } = application();
      await faultsOf(adapter, { imports: [outer, ...imports], providers: [hooked('root'), ...providers] });

      expect(ran).toEqual([]);
    });
  });

  describe('names', () => {
    it('refuses duplicate names, within one module and across modules', async () => {
      const other = moduleNamed('OtherModule', { providers: [FakeIndicator('foo')] });
      expect(await faults([FakeIndicator('foo'), FakeIndicator('baz'), FakeIndicator('baz')], {}, [other])).toEqual([
        nameTaken('baz', [PLACE, PLACE]),
        nameTaken('foo', [PLACE, 'Fake in OtherModule']),
      ]);
    });

    it.each([
      'live',
      'ready',
      'startup',
      'deep',
      'overview',
      'checks',
      'health',
      'default',
      'LIVE',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
    ])('refuses the reserved word %s', async (name) => {
      expect(await faults([FakeIndicator(name)])).toEqual([nameReserved(PLACE, name)]);
    });

    it.each(['', ' ', 'a b', 'a?b', 'a#b', 'a%2fb', 'naïve', 'a\nb', '-a', 'a-', '.', '..', 'a'.repeat(65)])(
      'refuses a name that is not URL-safe: %j',
      async (name) => {
        expect(await faults([FakeIndicator(name)])).toEqual([nameNotUrlSafe(PLACE, show(name))]);
      },
    );

    it.each(['../up', 'a/b/c', '/a', 'a/', 'a/-'])(
      'refuses a name that is not the name of a part: %j',
      async (name) => {
        expect(await faults([FakeIndicator(name)])).toEqual([partNameMalformed(PLACE, show(name))]);
      },
    );

    it.each(['a', 'A1', 'payments-api', 'payments_api', 'payments.api', '1', 'a'.repeat(64)])(
      'accepts the name %j',
      async (name) => {
        const application = await startApplication(adapter, {
          imports: [HealthModule.forRoot()],
          providers: [FakeIndicator(name)],
        });
        expect((await application.get(`/health/${name}`)).status).toBe(200);
      },
    );

    it('refuses a class without a name, and a class whose name becomes empty', async () => {
      class Nameless implements HealthIndicator {
        check() {
          return up();
        }
      }
      Object.defineProperty(Nameless, 'name', { value: '' });
      HealthIndicator()(Nameless);
      @HealthIndicator()
      class Health extends Nameless {}
      expect(await faults([Nameless, Health])).toEqual([
        nameMissing('a class without a name in RootModule'),
        nameMissing('Health in RootModule'),
      ]);
    });

    it('refuses a group with the name of an indicator', async () => {
      expect(await faults([FakeIndicator('stock'), FakeIndicator('queue')], { groups: { stock: ['queue'] } })).toEqual([
        nameTaken('stock', [PLACE, 'the group "stock"']),
      ]);
    });

    it('refuses groups with reserved names and names that are not URL-safe', async () => {
      const place = (name: string): string => `HealthModule options, groups.${name}`;
      expect(await faults([], { groups: { ready: [], 'a b': [] } })).toEqual([
        nameReserved(place('ready'), 'ready'),
        nameNotUrlSafe(place('a b'), '"a b"'),
      ]);
    });

    it('refuses a group with unknown indicators', async () => {
      const groups = { billing: ['ledger', 'stock'], shipping: { indicators: ['trucks'] } };
      expect(await faults([FakeIndicator('stock')], { groups })).toEqual([
        groupMemberUnknown('the group "billing"', 'ledger', ['stock']),
        groupMemberUnknown('the group "shipping"', 'trucks', ['stock']),
      ]);
    });

    it('explains how to add an indicator when a group exists in an application without indicators', async () => {
      const found = await faults([], { groups: { billing: ['ledger'] } });
      expect(found).toEqual([groupMemberUnknown('the group "billing"', 'ledger', [])]);
      expect(found[0]?.remedy).toContain('@HealthIndicator()');
    });

    it('refuses options for an indicator that does not exist', async () => {
      expect(await faults([FakeIndicator('stock')], { indicators: { stokc: { ttl: 1 } } })).toEqual([
        groupMemberUnknown('HealthModule options, indicators', 'stokc', ['stock']),
      ]);
    });

    it('refuses an indicator with the path of an endpoint that was moved', async () => {
      expect(await faults([FakeIndicator('stock')], { endpoints: { deep: { path: 'stock' } } })).toEqual([
        endpointPathShared('/health/stock', ['the endpoint "deep"', PLACE]),
      ]);
    });

    it('refuses an indicator with the path of a group', async () => {
      const groups = { own: { path: 'stock' }, further: { additionalPath: '/health/stock' } };
      expect(await faults([FakeIndicator('stock')], { groups: { own: groups.own } })).toEqual([
        endpointPathShared('/health/stock', ['the group "own"', PLACE]),
      ]);
      expect(await faults([FakeIndicator('stock')], { groups: { further: groups.further } })).toEqual([
        endpointPathShared('/health/stock', ['the additionalPath of the group "further"', PLACE]),
      ]);
      expect(await faults([FakeIndicator('stock')], { groups: { stock: { path: 'other' } } })).toEqual([
        nameTaken('stock', [PLACE, 'the group "stock"']),
      ]);
    });

    it('refuses two endpoints with one path', async () => {
      expect(await faults([], { endpoints: { live: { path: 'ok' }, ready: { path: 'ok' } } })).toEqual([
        endpointPathShared('/health/ok', ['the endpoint "live"', 'the endpoint "ready"']),
      ]);
    });
  });

  describe('options', () => {
    it.each([
      ['timeout', 0, duration(1).expected],
      ['timeout', 1.5, duration(1).expected],
      ['timeout', '500', duration(1).expected],
      ['timeout', Infinity, duration(1).expected],
      ['timeout', 2 ** 31, duration(1).expected],
      ['timeout', null, duration(1).expected],
      ['ttl', -1, duration(0).expected],
      ['ttl', Number.NaN, duration(0).expected],
      ['interval', 0, `${duration(1).expected}, or "off" in the environment`],
      ['initialDelay', -1, duration(0).expected],
      ['maxAge', -1, duration(0).expected],
      ['retries', 101, whole(0, 100).expected],
      ['retryDelay', -1, duration(0).expected],
      ['failureThreshold', 0, whole(1, 1000).expected],
      ['successThreshold', 1001, whole(1, 1000).expected],
      ['slowThreshold', -1, `${duration(0).expected}, or "off" in the environment`],
      ['critical', 'no', flag.expected],
      ['enabled', 1, flag.expected],
      ['when', true, callable.expected],
      ['probes', 'ready', stringList.expected],
      ['probes', [1], stringList.expected],
      ['tags', [''], stringList.expected],
    ])('refuses %s: %o', async (option, value, expected) => {
      expect(await faults([FakeIndicator('stock', () => up(), { [option]: value })])).toEqual([
        optionOutOfRange(`${PLACE}, ${option}`, show(value), expected),
      ]);
      expect(await faults([], { defaults: { [option]: value } })).toEqual([
        optionOutOfRange(`HealthModule options, defaults, ${option}`, show(value), expected),
      ]);
      expect(await faults([FakeIndicator('stock')], { indicators: { stock: { [option]: value } } })).toEqual([
        optionOutOfRange(`HealthModule options, indicators.stock, ${option}`, show(value), expected),
      ]);
    });

    it('refuses an unknown option, and lists the options', async () => {
      const [fault, ...others] = await faults([FakeIndicator('stock', () => up(), { timeuot: 1 } as object)]);
      expect(others).toEqual([]);
      expect(fault).toMatchObject({ place: PLACE, problem: 'there is no option "timeuot"' });
      expect(fault?.remedy).toContain('timeout');
    });

    it('treats undefined as omitted', async () => {
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRoot()],
        providers: [FakeIndicator('stock', () => up(), { timeout: undefined } as object)],
      });
      expect((await application.get('/health/ready')).status).toBe(200);
    });

    it('refuses maxAge below ttl', async () => {
      expect(await faults([FakeIndicator('stock', () => up(), { ttl: 2000, maxAge: 1999 })])).toEqual([
        maxAgeBelowTtl(PLACE, 1999, 2000),
      ]);
    });

    it('refuses a probe that does not exist, and accepts a group', async () => {
      const groups = { billing: { tags: ['money'] } };
      const right = FakeIndicator('ledger', () => up(), { probes: ['billing'] });
      const wrong = FakeIndicator('stock', () => up(), { probes: ['ready', 'biling'] });
      expect(await faults([right, wrong], { groups })).toEqual([
        probeUnknown(`${PLACE}, probes`, 'biling', ['live', 'ready', 'startup', 'deep', 'billing']),
      ]);
    });
  });

  describe('providers without a single instance', () => {
    const cases: [string, string, (indicator: Type<HealthIndicator>) => NonNullable<ModuleMetadata['providers']>][] = [
      [
        'request-scoped by its decorator',
        'request-scoped',
        (indicator) => {
          Injectable({ scope: Scope.REQUEST })(indicator);
          return [indicator];
        },
      ],
      [
        'request-scoped where it is provided',
        'request-scoped',
        (indicator) => [{ provide: indicator, useClass: indicator, scope: Scope.REQUEST }],
      ],
      [
        'made by a request-scoped factory',
        'request-scoped',
        (indicator) => [{ provide: indicator, useFactory: () => new indicator(), scope: Scope.REQUEST }],
      ],
      [
        'transient',
        'transient',
        (indicator) => {
          Injectable({ scope: Scope.TRANSIENT })(indicator);
          return [indicator];
        },
      ],
      [
        'request-scoped through what it injects',
        'request-scoped because of an injected provider',
        (indicator) => {
          Inject(CurrentUser)(indicator.prototype as object, 'user');
          return [indicator, CurrentUser];
        },
      ],
      [
        'request-scoped through what that injects',
        'request-scoped because of an injected provider',
        (indicator) => {
          Inject(UserSettings)(indicator.prototype as object, 'settings');
          return [indicator, UserSettings, CurrentUser];
        },
      ],
      [
        'request-scoped through the request itself',
        'request-scoped because of an injected provider',
        (indicator) => {
          Inject(REQUEST)(indicator.prototype as object, 'request');
          return [indicator];
        },
      ],
      [
        'made by a factory that is handed something request-scoped',
        'request-scoped because of an injected provider',
        (indicator) => [{ provide: indicator, useFactory: () => new indicator(), inject: [CurrentUser] }, CurrentUser],
      ],
    ];

    it.each(cases)('refuses %s, and calls neither the provider nor its prototype', async (_name, scope, provide) => {
      const { indicator, calledOn } = scopedIndicator();
      expect(await faults(provide(indicator))).toEqual([indicatorNotSingleton('ScopedHealth in RootModule', scope)]);
      expect(calledOn).toEqual([]);
    });

    it('recognises the scope with either order of the two decorators', async () => {
      @HealthIndicator('outer')
      @Injectable({ scope: Scope.REQUEST })
      class Outer {
        check() {
          return up();
        }
      }
      @Injectable({ scope: Scope.REQUEST })
      @HealthIndicator('inner')
      class Inner {
        check() {
          return up();
        }
      }
      expect(await faults([Outer, Inner])).toEqual([
        indicatorNotSingleton('Outer in RootModule', 'request-scoped'),
        indicatorNotSingleton('Inner in RootModule', 'request-scoped'),
      ]);
    });

    it('accepts an indicator that injects a transient provider, of which it has its own instance', async () => {
      @HealthIndicator('clock')
      class ClockHealth {
        constructor(@Inject(Clock) readonly clock: Clock) {}
        check() {
          return up({ now: this.clock.now });
        }
      }
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRoot()],
        providers: [Clock, ClockHealth],
      });
      expect((await application.get('/health/clock')).body).toMatchObject({
        details: { clock: { data: { now: expect.any(Number) as unknown } } },
      });
    });
  });

  it('refuses a provider without check()', async () => {
    const [first, second, third, fourth] = ['first', 'second', 'third', 'fourth'].map((name) => FakeIndicator(name));
    const instead: [Type | undefined, unknown][] = [
      [first, {}],
      [second, null],
      [third, { check: 'up' }],
      [fourth, 'check'],
    ];
    expect(await faults(instead.map(([provide, useValue]) => ({ provide: provide ?? '', useValue })))).toEqual(
      instead.map(() => indicatorWithoutCheck(PLACE)),
    );
  });
});
