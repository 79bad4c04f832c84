import type { ModulesContainer } from '@nestjs/core';
import type { DrainHook } from '../core/drain-hook.js';
import { instancesIn } from './instances.js';
import { getDrainMethods } from './on-drain.decorator.js';

/**
 * The methods annotated with `@OnDrain()` of all providers and controllers that have one instance, each once. They are
 * looked for when they are needed: an application that starts pays nothing for them, and lazily loaded modules count.
 */
export function* drainHooks(modules: ModulesContainer): Iterable<DrainHook> {
  for (const instance of new Set(instancesIn(modules))) yield* hooksOf(instance);
}

function hooksOf(instance: object): DrainHook[] {
  try {
    // A value without a prototype has no constructor either.
    if (typeof instance.constructor !== 'function') return [];
    return [...getDrainMethods(instance.constructor)].map(([method, { timeout }]) => ({
      name: `${instance.constructor.name}.${method}`,
      timeout,
      call: () => (Reflect.get(instance, method) as () => unknown).call(instance),
    }));
  } catch {
    // A proxy that does not let itself be looked at has no method of ours.
    return [];
  }
}
