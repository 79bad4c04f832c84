import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { ConfigurationFault } from './errors/fault.js';
import { moduleImportedBare, moduleImportedTwice } from './errors/messages.js';

/** These are the same in every copy of the package. */
export const OPTIONS = Symbol.for('nest-vitals:options');
export const HEALTH_MODULE = Symbol.for('nest-vitals:health-module');

export type ImportedModule = ModulesContainer extends Map<string, infer M> ? M : never;

/** The first module of the application that `forRoot()` or `forRootAsync()` has configured. */
export function configuredModule(modules: ModulesContainer): ImportedModule | undefined {
  return [...modules.values()].find(isConfigured);
}

/** The faults of an application that imports the module more than once, or as a class without `forRoot()`. */
export function importFaults(modules: ModulesContainer): ConfigurationFault[] {
  const imported = [...modules.values()].filter(({ metatype }) => HEALTH_MODULE in metatype);
  return [
    ...(imported.filter(isConfigured).length > 1 ? [moduleImportedTwice(importers(modules, 'configured'))] : []),
    ...(imported.every(isConfigured) ? [] : [bareImport(modules)]),
  ];
}

/** The fault of an application that imports the module as a class without `forRoot()`. */
export function bareImport(modules: ModulesContainer): ConfigurationFault {
  return moduleImportedBare(importers(modules, 'bare'));
}

function isConfigured({ providers }: ImportedModule): boolean {
  return providers.has(OPTIONS);
}

/**
 * The modules that name this one among their imports, configured or as the bare class. They are read from the decorators,
 * because in the container every module imports a global one.
 */
function importers(modules: ModulesContainer, kind: 'configured' | 'bare'): string[] {
  const names = [...modules.values()]
    .filter(({ metatype }) => declaredImports(metatype).some((imported) => kindOf(imported) === kind))
    .map(({ metatype }) => metatype.name);
  return names.length > 0 ? names : ['a dynamic module'];
}

function declaredImports(metatype: Type): readonly unknown[] {
  return (Reflect.getMetadata('imports', metatype) as readonly unknown[] | undefined) ?? [];
}

function kindOf(imported: unknown): 'configured' | 'bare' | undefined {
  if (typeof imported === 'function') return HEALTH_MODULE in imported ? 'bare' : undefined;
  const isDynamic = typeof imported === 'object' && imported !== null && 'module' in imported;
  return isDynamic && kindOf(imported.module) ? 'configured' : undefined;
}
