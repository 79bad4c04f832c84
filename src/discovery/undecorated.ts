import type { ModulesContainer } from '@nestjs/core';
import { getIndicatorMetadata } from './indicator-metadata.js';

type Module = ModulesContainer extends Map<string, infer M> ? M : never;
type Wrapper = Module['providers'] extends Map<unknown, infer W> ? W : never;

/** The mark of `HealthModule`, shared by all copies of the package. */
const HEALTH_MODULE = Symbol.for('nest-vitals:health-module');
/** The usual class names of indicators. */
const USUAL_NAME = /(?:Health|Indicator|HealthCheck)$/;
/** `HealthService` and the services of other libraries have a method check() too. */
const SERVICE_NAME = /Service$/;

/**
 * Providers that look like indicators whose decorator was forgotten: classes with a usual name and a
 * method `check()` with at most one parameter. `isAnyName` also includes other names, except those of services; it is for an
 * application without indicators.
 */
export function undecoratedIndicators(modules: ModulesContainer, isAnyName: boolean): string[] {
  const found = new Set<string>();
  for (const module of modules.values()) {
    if (HEALTH_MODULE in module.metatype) continue;
    for (const wrapper of module.providers.values()) {
      const owner = wrapper.isAlias ? undefined : classOf(wrapper);
      if (!owner || getIndicatorMetadata(owner)) continue;
      const isLikely = isAnyName ? !SERVICE_NAME.test(owner.name) : USUAL_NAME.test(owner.name);
      if (isLikely && hasCheck(owner))
        found.add(`${owner.name || 'a class without a name'} in ${module.metatype.name}`);
    }
  }
  return [...found];
}

function classOf({ isNotMetatype, metatype, instance }: Wrapper): Function | undefined {
  const runs: unknown = isNotMetatype ? constructorOf(instance) : metatype;
  return typeof runs === 'function' ? runs : undefined;
}

function constructorOf(instance: unknown): unknown {
  try {
    return typeof instance === 'object' && instance !== null ? instance.constructor : undefined;
  } catch {
    // A proxy that throws on access is not an indicator.
    return undefined;
  }
}

/** Reads property descriptors only, so that no getter of the application runs. */
function hasCheck({ prototype }: Function): boolean {
  for (let link: unknown = prototype; typeof link === 'object' && link !== null; link = Object.getPrototypeOf(link)) {
    const check: unknown = Object.getOwnPropertyDescriptor(link, 'check')?.value;
    if (check !== undefined) return typeof check === 'function' && check.length <= 1;
  }
  return false;
}
