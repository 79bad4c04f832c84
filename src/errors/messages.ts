import type { ConfigurationFault } from './fault.js';

/** The texts of every configuration fault. Tests import them, so that a word can change in one place. */

export const variableMalformed = (variable: string, value: string, expected: string): ConfigurationFault => ({
  place: `environment variable ${variable}`,
  problem: `its value is ${value}`,
  remedy: `set it to ${expected}, or remove it`,
});

export const optionOutOfRange = (place: string, value: string, expected: string): ConfigurationFault => ({
  place,
  problem: `its value is ${value}`,
  remedy: `expected is ${expected}`,
});

export const optionUnknown = (place: string, option: string, known: readonly string[]): ConfigurationFault => ({
  place,
  problem: `there is no option "${option}"`,
  remedy: `the options are ${known.join(', ')}`,
});

export const maxAgeBelowTtl = (place: string, maxAge: number, ttl: number): ConfigurationFault => ({
  place,
  problem: `maxAge (${maxAge} ms) is less than ttl (${ttl} ms), so a result would be fresh and not trusted at once`,
  remedy: 'raise maxAge to at least ttl, or lower ttl',
});

export const maxAgeWithinInterval = (place: string, maxAge: number, interval: number): ConfigurationFault => ({
  place,
  problem: `maxAge (${maxAge} ms) is not more than interval (${interval} ms), so each result would be too old before the next one comes`,
  remedy: 'raise maxAge to some intervals, or leave it out: it is three of them by default',
});

export const minDelayAboveMaxDelay = (place: string, minDelay: number, maxDelay: number): ConfigurationFault => ({
  place,
  problem: `minDelay (${minDelay} ms) is more than maxDelay (${maxDelay} ms)`,
  remedy: 'raise maxDelay, or lower minDelay',
});

export const nameMissing = (place: string): ConfigurationFault => ({
  place,
  problem: 'no name can be derived from the class',
  remedy: "name it: @HealthIndicator('database')",
});

export const nameNotUrlSafe = (place: string, name: string): ConfigurationFault => ({
  place,
  problem: `the name ${name} cannot stand in a URL`,
  remedy: 'use up to 64 letters, digits, "-", "_" and ".", with a letter or digit first and last',
});

export const nameReserved = (place: string, name: string): ConfigurationFault => ({
  place,
  problem: `the name "${name}" is reserved`,
  remedy: 'choose another one',
});

export const nameTaken = (name: string, places: readonly string[]): ConfigurationFault => ({
  place: places.join(' and '),
  problem: `they share the name "${name}"`,
  remedy: 'give each indicator and each group a name of its own',
});

export const groupMemberUnknown = (place: string, member: string, known: readonly string[]): ConfigurationFault => ({
  place,
  problem: `there is no indicator named "${member}"`,
  remedy:
    known.length > 0
      ? `the indicators are ${known.join(', ')}`
      : 'no provider is annotated with @HealthIndicator(); add it to the providers of a module',
});

export const probeUnknown = (place: string, probe: string, known: readonly string[]): ConfigurationFault => ({
  place,
  problem: `there is no probe or group named "${probe}"`,
  remedy: `use one of ${known.join(', ')}, or define the group in HealthModule.forRoot({ groups })`,
});

export const endpointPathShared = (path: string, places: readonly string[]): ConfigurationFault => ({
  place: places.join(' and '),
  problem: `they share the path "${path}"`,
  remedy: 'give each endpoint a path that no other endpoint, indicator or group has',
});

export const headerReserved = (place: string): ConfigurationFault => ({
  place,
  problem: 'this header is set by the answer itself',
  remedy: 'remove it, or use a name of your own',
});

export const headerBreaksAnswer = (place: string): ConfigurationFault => ({
  place,
  problem: 'the server or a proxy sets this header; a fixed value makes every answer unreadable',
  remedy: 'remove it',
});

export const accessEmpty = (place: string): ConfigurationFault => ({
  place,
  problem: 'it has neither apiKeys nor authorize, so access would stay open',
  remedy: 'set apiKeys or authorize; leave access out to keep the default views',
});

export const indicatorNotSingleton = (place: string, scope: string): ConfigurationFault => ({
  place,
  problem: `it is ${scope}, so there is no one instance that could be asked`,
  remedy:
    'give it the default scope, and inject only providers of that scope; what is needed per run can be resolved through ModuleRef',
});

export const indicatorWithoutCheck = (place: string): ConfigurationFault => ({
  place,
  problem: 'it has no method check()',
  remedy: 'implement the interface HealthIndicator',
});

export const moduleImportedTwice = (importers: readonly string[]): ConfigurationFault => ({
  place: `HealthModule, imported by ${importers.join(' and ')}`,
  problem: 'it is configured more than once',
  remedy: 'call forRoot() or forRootAsync() once, in the root module; the module is global and needs no further import',
});

export const moduleImportedBare = (importers: readonly string[]): ConfigurationFault => ({
  place: `HealthModule, imported by ${importers.join(' and ')}`,
  problem: 'it is imported without being configured',
  remedy: 'import HealthModule.forRoot() in the root module, and nothing elsewhere: the module is global',
});

export const decoratorNeedsStaticOptions = (): ConfigurationFault => ({
  place: 'the decorators that the factory of HealthModule.forRootAsync() returned',
  problem: 'they bring along guards, interceptors, pipes or filters, which Nest has to know before factories run',
  remedy: 'move them beside the factory: HealthModule.forRootAsync({ decorators: [UseGuards(…)], useFactory })',
});

/** `purpose`: what the module that stands at `place` would do with it. */
export const healthModuleMissing = (place: string, purpose: string): ConfigurationFault => ({
  place,
  problem: `HealthModule is not imported, so there is nothing to ${purpose}`,
  remedy: 'import HealthModule.forRoot() in the root module',
});

export const asyncOptionsIncomplete = (): ConfigurationFault => ({
  place: 'HealthModule.forRootAsync()',
  problem: 'nothing is given that the options could come from',
  remedy: 'give one of useFactory, useClass and useExisting',
});

export const clientNotFound = (place: string, tokens: readonly string[], remedy: string): ConfigurationFault => ({
  place,
  problem: `no module provides its client under ${tokens.join(' or ')}`,
  remedy,
});

export const clientUnusable = (place: string, found: string, expected: string, remedy: string): ConfigurationFault => ({
  place,
  problem: `its client is ${found}, and not ${expected}`,
  remedy,
});

export const clientAmbiguous = (place: string, token: string, remedy: string): ConfigurationFault => ({
  place,
  problem: `several modules provide different clients under ${token}`,
  remedy,
});

export const clientNotSingleton = (place: string, token: string): ConfigurationFault => ({
  place,
  problem: `there is no one client under ${token}, because its provider is request-scoped or transient`,
  remedy: 'give the provider the default scope, or hand the client itself over',
});

export const packageMissing = (place: string, name: string): ConfigurationFault => ({
  place,
  problem: `the package "${name}" is not installed`,
  remedy: `run: npm install ${name}`,
});
