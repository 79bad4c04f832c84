import { Scope } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
import { type IndicatorMetadata, getIndicatorMetadata } from './indicator-metadata.js';

type Module = ModulesContainer extends Map<string, infer M> ? M : never;
type Wrapper = Module['providers'] extends Map<unknown, infer W> ? W : never;

/** An annotated provider, as it stands in a module. */
export interface ProvidedIndicator {
  readonly metadata: IndicatorMetadata;
  /** The annotated class, or its subclass, that the name is derived from. */
  readonly className: string;
  readonly moduleName: string;
  readonly token: unknown;
  /** Undefined for a provider of which there is no single instance: see `scope`. */
  readonly instance: unknown;
  /** Why there is no single instance. */
  readonly scope: string | undefined;
}

/** Whether every provider of the module that has a single instance has got it by now. */
export function isLoaded(module: Module): boolean {
  return [...module.providers.values()].every(
    (wrapper) => hasOtherScope(wrapper) || wrapper.getInstanceByContextId(STATIC_CONTEXT).isResolved,
  );
}

/** The scope of a factory that names none is undefined in the container. */
function hasOtherScope({ scope }: Wrapper): boolean {
  return scope === Scope.REQUEST || scope === Scope.TRANSIENT;
}

/** The annotated providers of one module, in the order in which they are listed. */
export function* indicatorsOf(module: Module): Iterable<ProvidedIndicator> {
  for (const [token, wrapper] of module.providers) {
    if (wrapper.isAlias) continue;
    const owner = annotatedClass(token, wrapper);
    const metadata = getIndicatorMetadata(owner);
    if (!owner || !metadata) continue;
    const scope = scopeProblem(wrapper);
    yield {
      metadata,
      className: owner.name,
      moduleName: module.metatype.name,
      token,
      instance: scope === undefined ? wrapper.instance : undefined,
      scope,
    };
  }
}

/**
 * The class that runs, or the one that it is provided as: a value that stands in for an indicator in a test has no
 * class of its own, and keeps the registration of the token.
 */
function annotatedClass(token: unknown, wrapper: Wrapper): Function | undefined {
  const runs: unknown = wrapper.isNotMetatype ? constructorOf(wrapper.instance) : wrapper.metatype;
  if (isAnnotated(runs)) return runs;
  return token !== runs && isAnnotated(token) ? token : undefined;
}

function isAnnotated(candidate: unknown): candidate is Function {
  return typeof candidate === 'function' && getIndicatorMetadata(candidate) !== undefined;
}

function constructorOf(instance: unknown): unknown {
  return typeof instance === 'object' && instance !== null ? instance.constructor : undefined;
}

function scopeProblem(wrapper: Wrapper): string | undefined {
  if (wrapper.scope === Scope.TRANSIENT) return 'transient';
  if (wrapper.scope === Scope.REQUEST) return 'request-scoped';
  return wrapper.isDependencyTreeStatic() ? undefined : 'request-scoped through something that it injects';
}
