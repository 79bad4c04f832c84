import { Inject, type DynamicModule, Injectable, Module } from '@nestjs/common';
import { HealthIndicator, HealthModule, down, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { NO_INDICATORS } from '../../src/boot-notices.js';
import {
  instanceNameMalformed,
  instanceNameUnreadable,
  nameMinified,
  nameTakenByInstances,
} from '../../src/errors/messages.js';
import { statusesIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, startApplication } from '../support/start-application.js';

const URL = Symbol('url');

@HealthIndicator('database')
class SameNameHealth implements HealthIndicator {
  constructor(@Inject(URL) readonly url: string) {}
  check() {
    return this.url === 'replica' ? down('gone') : up();
  }
}

@HealthIndicator({ critical: false })
class OwnNameHealth extends SameNameHealth {
  get indicatorName(): string {
    return `database_${this.url}`;
  }
}

@Module({})
class DatabaseModule {
  static register(url: string, indicator: typeof SameNameHealth): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: URL, useFactory: () => Promise.resolve(url) }, indicator],
      exports: [indicator],
    };
  }
}

describe.each(ADAPTERS)('instances of one indicator class on %s', (adapter) => {
  const twice = (indicator: typeof SameNameHealth): DynamicModule[] => [
    DatabaseModule.register('primary', indicator),
    DatabaseModule.register('replica', indicator),
  ];

  it('are all checked, each with its own name', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ groups: { replicas: ['database_replica'] } }), ...twice(OwnNameHealth)],
    });
    const deep = await application.get('/health/deep');
    expect(statusesIn(deep)).toEqual({ database_primary: 'UP', database_replica: 'DOWN' });
    // The options of the decorator apply to each instance.
    expect((await application.get('/health/ready')).body.status).toBe('DEGRADED');
    expect((await application.get('/health/database_replica')).status).toBe(503);
    expect(application.log.listing).toEqual(['2 indicators: database_primary, database_replica']);
  });

  it('are refused if they share a name', async () => {
    expect(await faultsOf(adapter, { imports: [HealthModule.forRoot(), ...twice(SameNameHealth)] })).toEqual([
      nameTakenByInstances('database', ['SameNameHealth in DatabaseModule', 'SameNameHealth in DatabaseModule']),
    ]);
  });

  it('are refused if two modules list the class', async () => {
    const database = FakeIndicator('database');
    const modules = ['OrdersModule', 'BillsModule'].map((name) => moduleNamed(name, { providers: [database] }));
    expect(await faultsOf(adapter, { imports: [HealthModule.forRoot(), ...modules] })).toEqual([
      nameTakenByInstances('database', ['Fake in OrdersModule', 'Fake in BillsModule']),
    ]);
  });

  it('count as one if a module registered once is imported by several modules', async () => {
    const primary = DatabaseModule.register('primary', OwnNameHealth);
    const users = ['OrdersModule', 'BillsModule'].map((name) => moduleNamed(name, { imports: [primary] }));
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot(), ...users] });
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ database_primary: 'UP' });
  });

  it('count as one if a test replaces both by one value', async () => {
    const application = await startApplication(
      adapter,
      { imports: [HealthModule.forRoot(), ...twice(SameNameHealth)] },
      { override: (builder) => builder.overrideProvider(SameNameHealth).useValue({ check: () => up() }) },
    );
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ database: 'UP' });
  });

  it('are refused if the name is not a string', async () => {
    const nameless = FakeIndicator('cache');
    Object.assign(nameless.prototype, { indicatorName: 5 });
    expect(await faultsOf(adapter, { imports: [HealthModule.forRoot()], providers: [nameless] })).toEqual([
      instanceNameMalformed('Fake in RootModule', '5'),
    ]);
  });

  it('are refused with their place if the name cannot be read', async () => {
    const throwing = FakeIndicator('cache');
    Object.defineProperty(throwing.prototype, 'indicatorName', {
      get() {
        throw new Error('not configured yet');
      },
    });
    expect(await faultsOf(adapter, { imports: [HealthModule.forRoot()], providers: [throwing] })).toEqual([
      instanceNameUnreadable('Fake in RootModule'),
    ]);
  });
});

describe.each(ADAPTERS)('the log lines about indicators on %s', (adapter) => {
  @Injectable()
  class ForgottenHealth implements HealthIndicator {
    check() {
      return down('never asked');
    }
  }
  @Injectable()
  class Payments implements HealthIndicator {
    check() {
      return down('never asked');
    }
  }

  it('list the indicators in one line', async () => {
    const { log } = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator('database'), FakeIndicator('cache'), Payments],
    });
    expect(log.listing).toEqual(['2 indicators: database, cache']);
    expect(log.health()).toEqual([]);
  });

  it('list nothing with logging: false', async () => {
    const providers = [FakeIndicator('database')];
    const { log } = await startApplication(adapter, { imports: [HealthModule.forRoot({ logging: false })], providers });
    expect(log.listing).toEqual([]);
  });

  it('contain a warning if there are no indicators', async () => {
    const { log } = await startApplication(adapter, { imports: [HealthModule.forRoot()] });
    expect(log.listing).toEqual([NO_INDICATORS]);
    expect(log.health()).toEqual([]);
  });

  it('name a class that has check() and a usual name, but no decorator', async () => {
    const { log } = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator('database'), ForgottenHealth, Payments],
    });
    expect(log.health('warn')).toEqual([expect.stringContaining('is missing: ForgottenHealth in RootModule. ')]);
  });

  it('name every class that has check() if there are no indicators', async () => {
    const { log } = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [ForgottenHealth, Payments],
    });
    expect(log.health('warn')).toEqual([
      expect.stringContaining('is missing: ForgottenHealth in RootModule, Payments in RootModule. '),
    ]);
  });

  it.each(['e', '_c', 'tS', 'e3', 'Xyt', 'a$1'])(
    'refuse the class %s, whose name comes from a minifier',
    async (className) => {
      const minified = FakeIndicator('database');
      HealthIndicator()(minified);
      Object.defineProperty(minified, 'name', { value: className });
      expect(await faultsOf(adapter, { imports: [HealthModule.forRoot()], providers: [minified] })).toEqual([
        nameMinified(`${className} in RootModule`),
      ]);
    },
  );
});
