import { Controller, Get, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { LazyModuleLoader, ModulesContainer } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { drainHooks } from '../../../src/lifecycle/drain-hooks.js';
import { OnDrain } from '../../../src/lifecycle/on-drain.decorator.js';
import { latch } from '../../support/latch.js';

let calls: string[] = [];
beforeEach(() => {
  calls = [];
});

@Injectable()
class Consumer {
  readonly queue = 'orders';

  @OnDrain({ timeout: 200 })
  stop(): string {
    calls.push(`stopped ${this.queue}`);
    return 'stopped';
  }
}

async function compile(metadata: Parameters<typeof Test.createTestingModule>[0]): Promise<TestingModule> {
  const module = await Test.createTestingModule(metadata).compile();
  onTestFinished(() => module.close());
  return module;
}

const hooksOf = (module: TestingModule) => [...drainHooks(module.get(ModulesContainer))];
const namesOf = (module: TestingModule): string[] => hooksOf(module).map(({ name }) => name);

describe('a drain hook', () => {
  it('is a method of a provider, called on its instance, with its limit and its return value', async () => {
    const [hook, ...others] = hooksOf(await compile({ providers: [Consumer] }));

    expect(others).toEqual([]);
    expect(hook).toMatchObject({ name: 'Consumer.stop', timeout: 200 });
    expect(hook?.call()).toBe('stopped');
    expect(calls).toEqual(['stopped orders']);
  });

  it('is a method of a controller', async () => {
    @Controller()
    class Orders {
      @Get()
      list(): void {}
      @OnDrain()
      stop(): void {}
    }

    const hooks = hooksOf(await compile({ controllers: [Orders] }));
    expect(hooks).toMatchObject([{ name: 'Orders.stop', timeout: undefined }]);
  });

  it('is found on every kind of provider', async () => {
    class Made extends Consumer {}
    class Value extends Consumer {}
    const module = await compile({
      providers: [
        { provide: 'class', useClass: Consumer },
        { provide: 'factory', useFactory: async () => new Made() },
        { provide: 'value', useValue: new Value() },
      ],
    });

    expect(namesOf(module).toSorted()).toEqual(['Consumer.stop', 'Made.stop', 'Value.stop']);
  });

  it('is found once for each instance, also with several tokens', async () => {
    const module = await compile({ providers: [Consumer, { provide: 'alias', useExisting: Consumer }] });

    expect(namesOf(module)).toEqual(['Consumer.stop']);
  });

  it('is found in every module, also in a module that is loaded later', async () => {
    class Late extends Consumer {}
    @Module({ providers: [Late] })
    class LateModule {}
    @Module({ providers: [Consumer] })
    class ConsumerModule {}
    const module = await compile({ imports: [ConsumerModule] });
    expect(namesOf(module)).toEqual(['Consumer.stop']);

    await module.get(LazyModuleLoader).load(() => LateModule);
    expect(namesOf(module)).toEqual(['Consumer.stop', 'Late.stop']);
  });

  it('is found only on an instance whose constructor has run', async () => {
    const connected = latch();
    @Injectable()
    class Late extends Consumer {
      constructor(@Inject('connection') readonly connection: unknown) {
        super();
      }
    }
    @Module({ providers: [{ provide: 'connection', useFactory: () => connected.promise }, Late] })
    class LateModule {}
    const module = await compile({ providers: [Consumer] });
    const loading = module.get(LazyModuleLoader).load(() => LateModule);
    await vi.waitFor(() => expect(module.get(ModulesContainer).size).toBeGreaterThan(2));
    expect(namesOf(module)).toEqual(['Consumer.stop']);

    connected.open();
    await loading;
    expect(namesOf(module)).toEqual(['Consumer.stop', 'Late.stop']);
  });

  it('is the overriding method of a subclass', async () => {
    class Special extends Consumer {
      override stop(): string {
        calls.push('special');
        return super.stop();
      }
    }
    const [hook] = hooksOf(await compile({ providers: [Special] }));

    expect(hook?.name).toBe('Special.stop');
    hook?.call();
    expect(calls).toEqual(['special', 'stopped orders']);
  });
});

describe('no drain hook', () => {
  it('is found on a provider that is not a singleton', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest extends Consumer {}
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends Consumer {}
    @Injectable()
    class NeedsRequest extends Consumer {
      constructor(readonly request: PerRequest) {
        super();
      }
    }
    const module = await compile({
      providers: [PerRequest, Transient, NeedsRequest, { provide: 'user', useFactory: () => 1, inject: [Transient] }],
    });

    expect(namesOf(module)).toEqual([]);
  });

  it.each([
    ['a string', 'text'],
    ['null', null],
    ['undefined', undefined],
    ['a function', () => undefined],
    ['an object without a prototype', Object.create(null) as object],
    ['an object whose constructor is no function', { constructor: 'odd' }],
  ])('is %s', async (_, value: unknown) => {
    const module = await compile({ providers: [{ provide: 'odd', useValue: value }, Consumer] });

    expect(namesOf(module)).toEqual(['Consumer.stop']);
  });

  it('is found on a provider that throws on access, such as a proxy without its connection', async () => {
    let isGone = false;
    const guarded = new Proxy(
      {},
      {
        get: (_, property) => {
          if (isGone && property === 'constructor') throw new Error('gone');
          return undefined;
        },
      },
    );
    const module = await compile({ providers: [{ provide: 'guarded', useValue: guarded }, Consumer] });
    isGone = true;

    expect(namesOf(module)).toEqual(['Consumer.stop']);
  });
});
