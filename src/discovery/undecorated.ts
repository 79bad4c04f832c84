import type { ModulesContainer } from '@nestjs/core';
import { getIndicatorMetadata } from './indicator-metadata.js';

type Module = ModulesContainer extends Map<string, infer M> ? M : never;
type Wrapper = Module['providers'] extends Map<unknown, infer W> ? W : never;

/** The mark that `HealthModule` has, the same in every copy of the package. */
const HEALTH_MODULE = Symbol.for('nest-vitals:health-module');
/** The class names that an indicator usually has. */
const USUAL_NAME = /(?:Health|Indicator|HealthCheck)$/;
/** `HealthService` and the services of other libraries have a method check() too. */
const SERVICE_NAME = /Service$/;

/**
 * Providers that look like indicators whose decorator was forgotten: classes with a method `check()` that takes the context
 * at most, and with a usual name. `isAnyName`: with any name but that of a service, for an application without indicators.
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
    // A proxy that refuses to be read is no indicator of ours.
    return undefined;
  }
}

/** Looks at property descriptors only, so that no getter of the application runs. */
function hasCheck({ prototype }: Function): boolean {
  for (let link: unknown = prototype; typeof link === 'object' && link !== null; link = Object.getPrototypeOf(link)) {
    const check: unknown = Object.getOwnPropertyDescriptor(link, 'check')?.value;
    if (check !== undefined) return typeof check === 'function' && check.length <= 1;
  }
  return false;
}
