import { expect, it } from 'vitest';
import { getDrainMethods, OnDrain } from '../../../src/lifecycle/on-drain.decorator.js';

class Consumer {
  @OnDrain()
  stop(): void {}

  @OnDrain({ timeout: 200 })
  async leave(): Promise<void> {}

  other(): void {}
}

it('@OnDrain(): a class without the decorator has no hook', () => {
  expect([...getDrainMethods(Map)]).toEqual([]);
});

it('@OnDrain(): every annotated method is found, with its options', () => {
  expect([...getDrainMethods(Consumer)]).toEqual([
    ['stop', {}],
    ['leave', { timeout: 200 }],
  ]);
});

it('@OnDrain() is inherited, and does not change the ancestor or a sibling of a subclass', () => {
  class Special extends Consumer {
    @OnDrain({ timeout: 5 })
    more(): void {}
  }
  class Sibling extends Consumer {}

  expect([...getDrainMethods(Special).keys()]).toEqual(['stop', 'leave', 'more']);
  expect([...getDrainMethods(Consumer).keys()]).toEqual(['stop', 'leave']);
  expect([...getDrainMethods(Sibling).keys()]).toEqual(['stop', 'leave']);
});

it('@OnDrain() can be replaced by a subclass that overrides the method', () => {
  class Quicker extends Consumer {
    @OnDrain({ timeout: 10 })
    override stop(): void {}
  }

  expect(getDrainMethods(Quicker).get('stop')).toEqual({ timeout: 10 });
  expect(getDrainMethods(Consumer).get('stop')).toEqual({});
});
