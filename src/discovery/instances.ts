import type { ModulesContainer } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';

/**
 * The existing instances of providers and controllers in the default scope. An instance with several tokens is yielded
 * several times. `isWanted` is called first, because Nest determines the scope of a thousand providers slowly.
 */
export function* instancesIn(modules: ModulesContainer, isWanted: (instance: object) => boolean): Iterable<object> {
  for (const { providers, controllers } of modules.values()) {
    for (const wrapper of [...providers.values(), ...controllers.values()]) {
      const { instance, isResolved } = wrapper.getInstanceByContextId(STATIC_CONTEXT);
      if (!isResolved || typeof instance !== 'object' || instance === null || !isWantedSafely(instance, isWanted))
        continue;
      if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) yield instance;
    }
  }
}

/** A proxy that throws on access has none of the wanted methods. */
function isWantedSafely(instance: object, isWanted: (instance: object) => boolean): boolean {
  try {
    return isWanted(instance);
  } catch {
    return false;
  }
}
