import type { ModulesContainer } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';

/** All providers and controllers that have one instance, and have it by now. One under several tokens comes as often. */
export function* instancesIn(modules: ModulesContainer): Iterable<object> {
  for (const { providers, controllers } of modules.values()) {
    for (const wrapper of [...providers.values(), ...controllers.values()]) {
      if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient) continue;
      const { instance, isResolved } = wrapper.getInstanceByContextId(STATIC_CONTEXT);
      if (isResolved && typeof instance === 'object' && instance !== null) yield instance;
    }
  }
}
