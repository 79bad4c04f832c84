import type { ModulesContainer } from '@nestjs/core';
import type { DrainHook } from './drain.js';
import { instancesIn } from '../discovery/instances.js';
import { getDrainMethods, type OnDrainOptions } from './on-drain.decorator.js';

/**
 * Finds the methods annotated with `@OnDrain()` of all singleton providers and controllers, each once. It runs at
 * the beginning of the drain, so that it does not delay the start, and lazily loaded modules are included.
 */
export function* drainHooks(modules: ModulesContainer): Iterable<DrainHook> {
  const isWanted = (instance: object): boolean => drainMethodsOf(instance).length > 0;
  for (const instance of new Set(instancesIn(modules, isWanted))) {
    for (const [method, { timeout }] of drainMethodsOf(instance)) {
      yield {
        name: `${instance.constructor.name}.${method}`,
        timeout,
        call: () => (Reflect.get(instance, method) as () => unknown).call(instance),
      };
    }
  }
}

/** A value without a prototype has no constructor. */
function drainMethodsOf({ constructor }: object): [string, OnDrainOptions][] {
  return typeof constructor === 'function' ? [...getDrainMethods(constructor)] : [];
}
