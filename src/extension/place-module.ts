import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/**
 * Nest runs lifecycle hooks in the order of the modules' distances from the root module, which it reads once, before the
 * first hook. The constructor of a module can still set its own.
 */
export function placeAt(modules: ModulesContainer, metatype: Type, distance: number): void {
  for (const module of modules.values()) if (module.metatype === metatype) module.distance = distance;
}
