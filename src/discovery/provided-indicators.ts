import { Scope } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
import { type IndicatorMetadata, getIndicatorMetadata } from './indicator-metadata.js';

type Module = ModulesContainer extends Map<string, infer M> ? M : never;
type Wrapper = Module['providers'] extends Map<unknown, infer W> ? W : never;

/** An annotated provider of a module. */
export interface ProvidedIndicator {
  readonly metadata: IndicatorMetadata;
  /** The annotated class, or its subclass, that the name is derived from. */
  readonly className: string;
  readonly moduleName: string;
  readonly token: unknown;
  /** Undefined for a provider without a single instance. See `scope`. */
  readonly instance: unknown;
  /** Why there is no single instance. */
  readonly scope: string | undefined;
}

/** Whether every provider of the module with the default scope has its instance. */
export function isLoaded(module: Module): boolean {
  return [...module.providers.values()].every(
    (wrapper) => hasOtherScope(wrapper) || wrapper.getInstanceByContextId(STATIC_CONTEXT).isResolved,
  );
}

/** In the container, the scope of a factory without a scope is undefined. */
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
 * The annotated class of the instance, or else of the token. A value that replaces an indicator in a test has no annotated
 * class, and keeps the registration of its token.
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
  return wrapper.isDependencyTreeStatic() ? undefined : 'request-scoped because of an injected provider';
}
