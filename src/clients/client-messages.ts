import type { ConfigurationFault } from '../errors/fault.js';

/** `similar`: different tokens with the same text, with the module that provides each. */
export const clientNotFound = (
  place: string,
  tokens: readonly string[],
  similar: readonly string[],
  remedy: string,
): ConfigurationFault => ({
  place,
  problem: `no module provides its client under ${tokens.join(' or ')}`,
  remedy:
    similar.length > 0
      ? `use ${similar.join(', or ')}: it is a different token with the same text`
      : `list a provider under that token in a module, or ${remedy}`,
});

export const clientUnusable = (place: string, found: string, expected: string, remedy: string): ConfigurationFault => ({
  place,
  problem: `its client is ${found} instead of ${expected}`,
  remedy,
});

export const clientAmbiguous = (place: string, token: string, remedy: string): ConfigurationFault => ({
  place,
  problem: `several modules provide different clients under ${token}`,
  remedy,
});

export const clientNotSingleton = (place: string, token: string): ConfigurationFault => ({
  place,
  problem: `there is no single client under ${token}, because its provider is request-scoped or transient`,
  remedy: 'give the provider the default scope, or pass the client itself',
});

export const packageMissing = (place: string, name: string): ConfigurationFault => ({
  place,
  problem: `the package "${name}" is not installed`,
  remedy: `run: npm install ${name}`,
});
