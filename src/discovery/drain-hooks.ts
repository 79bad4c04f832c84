import type { ModulesContainer } from '@nestjs/core';
import type { DrainHook } from '../core/drain-hook.js';
import { getDrainMethods } from './on-drain.decorator.js';

/**
 * The methods annotated with `@OnDrain()` of all providers and controllers that have one instance, each once. They are
 * looked for when they are needed: an application that starts pays nothing for them, and lazily loaded modules count.
 */
export function* drainHooks(modules: ModulesContainer): Iterable<DrainHook> {
  const seen = new Set<object>();
  for (const { providers, controllers } of modules.values()) {
    for (const wrapper of [...providers.values(), ...controllers.values()]) {
      if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient) continue;
      const instance: unknown = wrapper.instance;
      if (typeof instance !== 'object' || instance === null || seen.has(instance)) continue;
      seen.add(instance);
      yield* hooksOf(instance);
    }
  }
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
