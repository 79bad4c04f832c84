import type { ModulesContainer } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';

/**
 * The providers and controllers of which there is one instance, and it is there by now. One under several tokens comes as
 * often. `isWanted` is asked first: whether an instance is the only one takes Nest a while to say, of a thousand.
 */
export function* instancesIn(modules: ModulesContainer, isWanted: (instance: object) => boolean): Iterable<object> {
  for (const { providers, controllers } of modules.values()) {
    for (const wrapper of [...providers.values(), ...controllers.values()]) {
      const { instance, isResolved } = wrapper.getInstanceByContextId(STATIC_CONTEXT);
      if (!isResolved || typeof instance !== 'object' || instance === null || !mayLookAt(instance, isWanted)) continue;
      if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) yield instance;
    }
  }
}

/** A proxy that does not let itself be looked at has no method of ours. */
function mayLookAt(instance: object, isWanted: (instance: object) => boolean): boolean {
  try {
    return isWanted(instance);
  } catch {
    return false;
  }
}
