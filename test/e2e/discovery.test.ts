import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable, type ModuleMetadata, type Type } from '@nestjs/common';
import { HealthIndicator, HealthModule, degraded, down, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { statusesIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, type StartOptions, type TestApplication, startApplication } from '../support/start-application.js';

@Injectable()
class StockService {
  readonly lag = 31;
}

@HealthIndicator('stock')
class StockHealth implements HealthIndicator {
  constructor(@Inject(StockService) readonly stock: StockService) {}
  check() {
    return this.stock.lag > 30 ? degraded('the replica lags') : up();
  }
}

/** A module inside this number of other modules. */
function nested(metadata: ModuleMetadata, depth: number): Type {
  return moduleNamed('NestedModule', depth === 0 ? metadata : { imports: [nested(metadata, depth - 1)] });
}

describe.each(ADAPTERS)('discovery on %s', (adapter) => {
  const start = (root: ModuleMetadata, options?: StartOptions): Promise<TestApplication> =>
    startApplication(adapter, { ...root, imports: [HealthModule.forRoot(), ...(root.imports ?? [])] }, options);
  const found = async (root: ModuleMetadata, options?: StartOptions): Promise<Record<string, string>> =>
    statusesIn(await (await start(root, options)).get('/health/deep'));

  describe('the forms of a provider', () => {
    it('registers a class with injected providers', async () => {
      expect(await found({ providers: [StockService, StockHealth] })).toEqual({ stock: 'DEGRADED' });
    });

    it('registers a class that injects an indicator', async () => {
      expect(
        await found({
          providers: [
            StockService,
            StockHealth,
            { provide: 'report', useFactory: (stock: StockHealth) => stock.check().status, inject: [StockHealth] },
          ],
        }),
      ).toEqual({ stock: 'DEGRADED' });
    });

    it('registers useClass with the class of an indicator as its token, and with any other token', async () => {
      const real = FakeIndicator('database', () => down('never asked'));
      const stand = FakeIndicator('database_stand_in');
      const other = FakeIndicator('queue');
      expect(
        await found({
          providers: [
            { provide: real, useClass: stand },
            { provide: 'queue-health', useClass: other },
          ],
        }),
      ).toEqual({ database_stand_in: 'UP', queue: 'UP' });
    });

    it('registers useFactory, synchronous and asynchronous', async () => {
      const sync = FakeIndicator('synchronous');
      const async = FakeIndicator('asynchronous', () => degraded('slow'));
      expect(
        await found({
          providers: [
            { provide: 'synchronous', useFactory: () => new sync() },
            {
              provide: async,
              useFactory: async () => {
                await nextTurn();
                return new async();
              },
            },
          ],
        }),
      ).toEqual({ synchronous: 'UP', asynchronous: 'DEGRADED' });
    });

    it('registers useValue', async () => {
      const byToken = FakeIndicator('by_token');
      const byClass = FakeIndicator('by_class');
      expect(
        await found({
          providers: [
            { provide: Symbol('value'), useValue: new byToken() },
            { provide: byClass, useValue: { check: () => down('as told') } },
          ],
        }),
      ).toEqual({ by_token: 'UP', by_class: 'DOWN' });
    });

    it('does not register an alias as a second indicator', async () => {
      const database = FakeIndicator('database');
      const application = await start({
        providers: [
          database,
          { provide: 'alias', useExisting: database },
          { provide: FakeIndicator('other'), useExisting: database },
        ],
      });

      expect(statusesIn(await application.get('/health/deep'))).toEqual({ database: 'UP' });
      expect(database.runs).toHaveLength(1);
      expect(application.log.health()).toEqual([]);
    });

    it('runs one instance with two tokens once', async () => {
      const database = FakeIndicator('database');
      const instance = new database();
      const application = await start({
        providers: [
          { provide: 'one', useValue: instance },
          { provide: 'two', useValue: instance },
        ],
      });

      expect(statusesIn(await application.get('/health/deep'))).toEqual({ database: 'UP' });
      expect(database.runs).toHaveLength(1);
    });

    it('does not register a class without the decorator', async () => {
      @Injectable()
      class NotAnnotated {
        check() {
          return down('never asked');
        }
      }
      const values = [null, undefined, 0, '', false, Object.create(null), () => 1, Symbol('value'), new Map()];
      expect(
        await found({
          providers: [NotAnnotated, ...values.map((useValue, index) => ({ provide: `value-${index}`, useValue }))],
        }),
      ).toEqual({});
    });
  });

  describe('subclasses', () => {
    it('names a subclass without an annotation after its class', async () => {
      @HealthIndicator({ critical: false })
      abstract class QueueHealth implements HealthIndicator {
        abstract readonly queue: string;
        check() {
          return down(this.queue);
        }
      }
      class OrdersQueueHealth extends QueueHealth {
        readonly queue = 'orders';
      }
      class BillsQueueHealth extends QueueHealth {
        readonly queue = 'bills';
      }
      const application = await start({ providers: [OrdersQueueHealth, BillsQueueHealth] });

      const { body } = await application.get('/health/deep');
      expect(body).toMatchObject({
        // The options of the base class apply too.
        status: 'DEGRADED',
        details: { orders_queue: { error: 'orders' }, bills_queue: { error: 'bills' } },
      });
    });

    it('a subclass inherits the name of its base class, or replaces it', async () => {
      const base = FakeIndicator('database', () => down('never asked'));
      class Inherits extends base {
        override check() {
          return up();
        }
      }
      @HealthIndicator('replica')
      class Replica extends base {}
      expect(await found({ providers: [Inherits, Replica] })).toEqual({ database: 'UP', replica: 'DOWN' });
    });
  });

  describe('names derived from classes', () => {
    it.each([
      ['PaymentsApiHealth', 'payments_api'],
      ['PaymentsHealthIndicator', 'payments'],
      ['PaymentsIndicator', 'payments'],
      ['PaymentsHealthCheck', 'payments'],
      ['PaymentsCheck', 'payments'],
      ['HTTPServerHealth', 'http_server'],
      ['S3BucketHealth', 's3_bucket'],
      ['Ledger', 'ledger'],
    ])('%s is %s', async (className, name) => {
      const named = {
        [className]: class implements HealthIndicator {
          check() {
            return up();
          }
        },
      }[className] as Type<HealthIndicator>;
      HealthIndicator()(named);
      expect(await found({ providers: [named] })).toEqual({ [name]: 'UP' });
    });
  });

  describe('the module of an indicator', () => {
    it('can be nested deeply, or be the root module', async () => {
      const deep = FakeIndicator('deep_down');
      expect(
        await found({
          imports: [nested({ providers: [deep] }, 10)],
          providers: [FakeIndicator('at_the_root')],
        }),
      ).toEqual({ deep_down: 'UP', at_the_root: 'UP' });
    });

    it('can be imported by several modules: one instance, one run, no warning', async () => {
      const database = FakeIndicator('database');
      const DatabaseModule = moduleNamed('DatabaseModule', { providers: [database], exports: [database] });
      const application = await start({
        imports: [nested({ imports: [DatabaseModule] }, 1), nested({ imports: [DatabaseModule] }, 2), DatabaseModule],
      });

      expect(statusesIn(await application.get('/health/deep'))).toEqual({ database: 'UP' });
      expect(database.runs).toHaveLength(1);
      expect(application.log.health()).toEqual([]);
    });

    it('can be a dynamic module', async () => {
      const DynamicModule = moduleNamed('DynamicModule', {});
      expect(await found({ imports: [{ module: DynamicModule, providers: [FakeIndicator('dynamic')] }] })).toEqual({
        dynamic: 'UP',
      });
    });

    it('can be beside forRoot without an import, because HealthModule is global', async () => {
      expect(await found({ imports: [nested({ providers: [FakeIndicator('elsewhere')] }, 0)] })).toEqual({
        elsewhere: 'UP',
      });
    });
  });

  describe('a provider that a test replaces keeps its registration', () => {
    const root: ModuleMetadata = { providers: [StockService, StockHealth] };

    it('overrideProvider().useValue()', async () => {
      const override: StartOptions['override'] = (builder) =>
        builder.overrideProvider(StockHealth).useValue({ check: () => down('as the test says') });
      expect(await found(root, { override })).toEqual({ stock: 'DOWN' });
    });

    it('overrideProvider().useClass()', async () => {
      class Replacement {
        check() {
          return up();
        }
      }
      const override: StartOptions['override'] = (builder) =>
        builder.overrideProvider(StockHealth).useClass(Replacement);
      expect(await found(root, { override })).toEqual({ stock: 'UP' });
    });

    it('overrideProvider().useFactory()', async () => {
      const override: StartOptions['override'] = (builder) =>
        builder.overrideProvider(StockHealth).useFactory({
          factory: (stock: StockService) => ({ check: () => down(`lag of ${stock.lag} s`) }),
          inject: [StockService],
        });
      expect(await found(root, { override })).toEqual({ stock: 'DOWN' });
    });

    it('a replaced provider keeps the options of the decorator', async () => {
      const optional = FakeIndicator('optional', () => up(), { critical: false });
      const application = await start(
        { providers: [optional] },
        { override: (builder) => builder.overrideProvider(optional).useValue({ check: () => down('gone') }) },
      );
      const ready = await application.get('/health/ready');
      expect([ready.status, ready.body.status]).toEqual([200, 'DEGRADED']);
    });
  });
});
