import type { ModulesContainer } from '@nestjs/core';
import { partName } from '../core/composite.js';
import { getIndicatorMetadata } from './indicator-metadata.js';

/**
 * Whether any indicator is a part of a composite by the name in its decorator. It runs before providers are created, so it
 * does not know the names of instances.
 */
export function declaresParts(modules: ModulesContainer): boolean {
  for (const module of modules.values()) {
    for (const [token, { metatype, instance }] of module.providers) {
      const owner: unknown = metatype ?? (instance as object | null | undefined)?.constructor;
      const { name } = getIndicatorMetadata(owner) ?? getIndicatorMetadata(token) ?? {};
      if (typeof name === 'string' && partName(name)) return true;
    }
  }
  return false;
}
