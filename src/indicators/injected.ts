import {
  type Abstract,
  Inject,
  type InjectionToken,
  Optional,
  type OptionalFactoryDependency,
  type Type,
} from '@nestjs/common';
import type { Rule } from '../options/rules.js';

/** An element of `inject`: the token of a provider, or `{ token, optional: true }` for a provider that may be missing. */
export type InjectedToken = InjectionToken | OptionalFactoryDependency;

/** The type of the instance of a token. It is known for a class only. */
export type InjectedInstance<Token> =
  Token extends Type<infer Instance>
    ? Instance
    : Token extends Abstract<infer Instance>
      ? Instance
      : Token extends { readonly token: infer Inner }
        ? InjectedInstance<Inner> | undefined
        : unknown;

/** The instances of the tokens in `inject`, in the same order. */
export type InjectedInstances<Tokens extends readonly InjectedToken[]> = {
  [Index in keyof Tokens]: InjectedInstance<Tokens[Index]>;
};

const TOKEN_TYPES: ReadonlySet<string> = new Set(['string', 'symbol', 'function', 'object']);
/** The rule for an option `inject`. */
export const injectedTokens: Rule = {
  expected: 'a list of injection tokens',
  accepts: (value) => Array.isArray(value) && value.every((token) => token !== null && TOKEN_TYPES.has(typeof token)),
};
/** Replaces parameter decorators, for a constructor with any number of parameters. */
export function injectInto(target: Type, inject: readonly InjectedToken[]): void {
  for (const [index, dependency] of inject.entries()) injectAt(target, index, dependency);
}

function injectAt(target: Type, index: number, dependency: InjectedToken): void {
  const { token, optional } = isOptional(dependency) ? dependency : { token: dependency, optional: false };
  Inject(token)(target, undefined, index);
  if (optional) Optional()(target, undefined, index);
}

function isOptional(dependency: InjectedToken): dependency is OptionalFactoryDependency {
  return typeof dependency === 'object' && 'token' in dependency;
}
