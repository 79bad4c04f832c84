import { Controller, Get, Injectable, type ModuleMetadata, Scope } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import {
  type HealthChange,
  HealthModule,
  type HealthProbeChange,
  OnHealthChange,
  degraded,
  down,
  up,
} from 'nest-vitals';
import { beforeEach, describe, expect, it } from 'vitest';
import { optionOutOfRange, optionUnknown, probeUnknown } from '../../src/errors/messages.js';
import { FakeIndicator, type FakeIndicatorClass } from '../support/fake-indicator.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, type TestApplication, refusalOf, startApplication } from '../support/start-application.js';

let heard: string[] = [];
beforeEach(() => {
  heard = [];
});
const note = (who: string, change: HealthChange | HealthProbeChange): void => {
  const what = 'probe' in change ? change.probe : change.indicator;
  heard.push(`${who}: ${what} ${change.from} to ${change.to}`);
};

@Injectable()
class Orders {
  readonly name = 'orders';

  @OnHealthChange({ indicator: 'stock', to: 'DOWN' })
  pause(change: HealthChange): void {
    note(this.name, change);
  }
}

@Injectable()
class Everything {
  @OnHealthChange()
  async note(change: HealthChange): Promise<void> {
    note('everything', change);
  }
}

@Injectable()
class Readiness {
  @OnHealthChange({ probe: ['ready', 'billing'], to: ['DOWN', 'UP', 'OUT_OF_SERVICE'] })
  note(change: HealthProbeChange): void {
    note('readiness', change);
  }
}

describe.each(ADAPTERS)('@OnHealthChange() on %s', (adapter) => {
  let stock: FakeIndicatorClass;
  let ledger: FakeIndicatorClass;
  beforeEach(() => {
    stock = FakeIndicator('stock', () => up(), { ttl: 0 });
    ledger = FakeIndicator('ledger', () => up(), { ttl: 0, critical: false, tags: ['billing'] });
  });

  const metadata = (...listeners: NonNullable<ModuleMetadata['providers']>): ModuleMetadata => ({
    imports: [HealthModule.forRoot({ groups: { billing: { tags: ['billing'] } } })],
    providers: [stock, ledger, ...listeners],
  });
  const probe = async (application: TestApplication, ...indicators: ReturnType<typeof up>[]): Promise<void> => {
    const [first = up(), second = up()] = indicators;
    stock.behaviour = () => first;
    ledger.behaviour = () => second;
    await application.get('/health/ready');
    await new Promise((resolve) => setImmediate(resolve));
  };

  it('calls the methods for a change on their instances', async () => {
    const application = await startApplication(adapter, metadata(Orders, Everything));
    await probe(application);
    await probe(application, degraded('slow'), down('gone'));
    await probe(application, down('gone'), down('gone'));
    await probe(application);
    expect(heard).toEqual([
      'everything: stock UP to DEGRADED',
      'everything: ledger UP to DOWN',
      'orders: stock DEGRADED to DOWN',
      'everything: stock DEGRADED to DOWN',
      'everything: stock DOWN to UP',
      'everything: ledger DOWN to UP',
    ]);
  });

  it('calls methods for a probe or a group, also when the application refuses traffic', async () => {
    const application = await startApplication(adapter, metadata(Readiness));
    await probe(application);
    await probe(application, up(), down('gone'));
    expect(heard).toEqual([]);
    await probe(application, down('gone'), down('gone'));
    await probe(application);
    application.health.refuseTraffic('maintenance')();
    expect(heard).toEqual([
      'readiness: ready DEGRADED to DOWN',
      'readiness: ready DOWN to UP',
      'readiness: billing DEGRADED to UP',
      'readiness: ready UP to OUT_OF_SERVICE',
      'readiness: ready OUT_OF_SERVICE to UP',
    ]);
    await application.app.close();
    expect(heard.slice(5)).toEqual(['readiness: ready UP to OUT_OF_SERVICE']);
  });

  it('supports controllers, several decorators, both kinds at once and inherited methods, and calls one instance once', async () => {
    class Base {
      @OnHealthChange({ indicator: 'stock', probe: 'deep', to: 'DOWN' })
      both(change: HealthChange | HealthProbeChange): void {
        note('both', change);
      }
    }
    @Controller()
    class Shop extends Base {
      @Get()
      @OnHealthChange({ indicator: 'ledger' })
      @OnHealthChange({ indicator: ['stock'] })
      list(change: HealthChange): void {
        note('list', change);
      }
    }
    const application = await startApplication(adapter, {
      ...metadata(Orders, { provide: 'alias', useExisting: Orders }),
      controllers: [Shop],
    });
    await probe(application, down('gone'));
    expect(heard).toEqual([
      'orders: stock UNKNOWN to DOWN',
      'both: stock UNKNOWN to DOWN',
      'list: stock UNKNOWN to DOWN',
      'both: deep UNKNOWN to DOWN',
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('a method of the test');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a method of the test'))],
  ])('logs a method that %s, without an effect on other methods', async (_what, fail) => {
    @Injectable()
    class Broken {
      @OnHealthChange()
      @OnHealthChange({ probe: 'ready' })
      fail(): unknown {
        return fail();
      }
    }
    const application = await startApplication(adapter, metadata(Broken, Orders));
    await probe(application, down('gone'));
    expect(heard).toEqual(['orders: stock UNKNOWN to DOWN']);
    const errors = application.log.health('error');
    expect(errors.map((line) => line.split('\n')[0])).toEqual(['Broken.fail failed:', 'Broken.fail failed:']);
    expect(errors[0]).toContain('a method of the test');
  });

  it('finds methods of a module that is loaded later, together with its indicator', async () => {
    const late = FakeIndicator('late', () => up(), { ttl: 0 });
    @Injectable()
    class LateOrders {
      @OnHealthChange({ indicator: 'late' })
      indicator(change: HealthChange): void {
        note('late', change);
      }
      @OnHealthChange({ probe: 'ready' })
      ready(change: HealthProbeChange): void {
        note('late', change);
      }
    }
    const application = await startApplication(adapter, metadata());
    await probe(application);
    await application.app
      .get(LazyModuleLoader)
      .load(() => moduleNamed('LateModule', { providers: [late, LateOrders] }));
    await probe(application);
    late.behaviour = () => down('gone');
    await probe(application);
    expect(heard).toEqual(['late: late UP to DOWN', 'late: ready UP to DOWN']);
    expect(application.log.health('warn')).toEqual(['late is DOWN: gone']);
  });

  it('finds these methods also when a change occurs before the first probe', async () => {
    stock = FakeIndicator('stock', () => up(), { ttl: 0, interval: 20 });
    const application = await startApplication(adapter, metadata());
    await application.app.get(LazyModuleLoader).load(() => moduleNamed('LateModule', { providers: [Orders] }));
    stock.behaviour = () => down('gone');
    await expect.poll(() => heard).toEqual(['orders: stock UP to DOWN']);
  });

  it('logs the faults of a module that is loaded later', async () => {
    class Faulty {
      @OnHealthChange({ probe: 'raedy' })
      listen(): void {}
    }
    const application = await startApplication(adapter, metadata());
    await application.app.get(LazyModuleLoader).load(() => moduleNamed('LateModule', { providers: [Faulty] }));
    await probe(application);
    await probe(application);
    expect(application.log.health('error')).toEqual([
      expect.stringContaining('there is no probe or group named "raedy"'),
    ]);
  });

  it('ignores providers that are not singletons', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest extends Orders {}
    const application = await startApplication(adapter, metadata(PerRequest));
    await probe(application, down('gone'));
    expect(heard).toEqual([]);
  });

  it('refuses to start with malformed options, and lists each fault', async () => {
    class Faulty {
      @OnHealthChange({ probe: 'raedy' })
      @OnHealthChange({ indicator: '' })
      @OnHealthChange({ to: 'down' as 'DOWN' })
      @OnHealthChange({ indicators: 'stock' } as object)
      listen(): void {}
    }
    const { error } = await refusalOf(adapter, metadata(Faulty));
    const place = '@OnHealthChange() of Faulty.listen';
    const known = ['live', 'ready', 'startup', 'deep', 'billing'];
    const statuses = '"UP" or "DEGRADED" or "UNKNOWN" or "OUT_OF_SERVICE" or "DOWN" or "SKIPPED"';
    expect((error as { faults: unknown }).faults).toEqual([
      optionUnknown(place, 'indicators', ['indicator', 'probe', 'to']),
      optionOutOfRange(`${place}, to`, '"down"', `${statuses}, or a list of these`),
      optionOutOfRange(`${place}, indicator`, '""', 'a text that is not blank, or a list of these'),
      probeUnknown(`${place}, probe`, 'raedy', known),
    ]);
  });

  it('starts with a warning when an indicator does not exist, because a module may add it later', async () => {
    class Early {
      @OnHealthChange({ indicator: 'later' })
      listen(): void {}
    }
    const application = await startApplication(adapter, metadata(Early));
    expect(application.log.health('warn')).toEqual([
      '@OnHealthChange() of Early.listen names "later", which does not exist',
    ]);
  });
});
