import type { ConfigurationFault } from './fault.js';
import { nearest } from './nearest.js';

/** The texts of configuration faults. Tests import them, so that a text has one place. Texts of one entry point are in its folder. */

export const variableMalformed = (variable: string, value: string, expected: string): ConfigurationFault => ({
  place: `environment variable ${variable}`,
  problem: `its value is ${value}`,
  remedy: `set it to ${expected}, or remove it`,
});

/** `value`: the value as text, or `undefined` for an option that is required and missing. `expected`: what is allowed, to follow "use". */
export const optionOutOfRange = (place: string, value: string, expected: string): ConfigurationFault => ({
  place,
  problem: value === 'undefined' ? 'it is missing' : `its value is ${value}`,
  remedy: useOrRemove(expected),
});

/** For a value that may be a secret. */
export const secretMalformed = (place: string, expected: string): ConfigurationFault => ({
  place,
  problem: 'its value is not allowed (the value is not shown, because it may be a secret)',
  remedy: useOrRemove(expected),
});

export const optionUnknown = (place: string, option: string, known: readonly string[]): ConfigurationFault => ({
  place,
  problem: `there is no option "${option}"`,
  remedy: `${didYouMean(option, known)}the options are ${known.join(', ')}`,
});

export const optionFixed = (place: string, known: readonly string[]): ConfigurationFault => ({
  place,
  problem: 'it cannot change while the application runs',
  remedy: `set it in the code or in the environment; the options that can change are ${known.join(', ')}`,
});

export const maxAgeBelowTtl = (place: string, maxAge: number, ttl: number): ConfigurationFault => ({
  place,
  problem: `maxAge (${maxAge} ms) is less than ttl (${ttl} ms), so a result would be fresh and too old at the same time`,
  remedy: 'raise maxAge to at least ttl, or lower ttl',
});

export const maxAgeWithinInterval = (place: string, maxAge: number, interval: number): ConfigurationFault => ({
  place,
  problem: `maxAge (${maxAge} ms) is not more than interval (${interval} ms), so each result would be too old before the next run`,
  remedy: 'raise maxAge to several intervals, or leave it out: the default is three intervals',
});

export const minDelayAboveMaxDelay = (place: string, minDelay: number, maxDelay: number): ConfigurationFault => ({
  place,
  problem: `minDelay (${minDelay} ms) is more than maxDelay (${maxDelay} ms)`,
  remedy: 'raise maxDelay, or lower minDelay',
});

export const nameMinified = (place: string): ConfigurationFault => ({
  place,
  problem:
    'its name would be derived from a class name of three characters or less, as minifiers make them, so it would change ' +
    'with each build',
  remedy: "name the indicator: @HealthIndicator('database'), or let the minifier keep class names",
});

export const descriptionMissing = (): ConfigurationFault => ({
  place: 'OpenAPI document',
  problem: 'the bundle of the application does not contain endpoints-description.cjs of nest-vitals',
  remedy:
    'add "module" to the export conditions of the bundler, or keep nest-vitals external, or exclude the endpoints from ' +
    'the document: HealthModule.forRoot({ decorators: [ApiExcludeController()] })',
});

export const instanceNameMalformed = (place: string, value: string): ConfigurationFault => ({
  place,
  problem: `its property indicatorName is ${value}`,
  remedy: 'set indicatorName to a string in the constructor, or remove it',
});

export const instanceNameUnreadable = (place: string): ConfigurationFault => ({
  place,
  problem: 'its property indicatorName throws an error when it is read',
  remedy: 'set indicatorName to a string in the constructor, or remove it',
});

export const proberWithoutCriteria = (place: string): ConfigurationFault => ({
  place,
  problem: 'it describes no prober',
  remedy: 'set addresses, agents or headers',
});

export const nameMissing = (place: string): ConfigurationFault => ({
  place,
  problem: 'no name can be derived from the class',
  remedy: "name it: @HealthIndicator('database')",
});

export const nameNotUrlSafe = (place: string, name: string): ConfigurationFault => ({
  place,
  problem: `the name ${name} cannot be part of a URL`,
  remedy: 'use up to 64 letters, digits, "-", "_" and ".", with a letter or digit first and last',
});

export const partNameMalformed = (place: string, name: string): ConfigurationFault => ({
  place,
  problem: `${name} is not a valid name of a composite part`,
  remedy:
    'use one slash, as in "database/primary", and on each side of it up to 64 letters, digits, "-", "_" and ".", with a ' +
    'letter or digit first and last; without a slash the indicator is not a part',
});

export const nameReserved = (place: string, name: string): ConfigurationFault => ({
  place,
  problem: `the name "${name}" is reserved`,
  remedy: 'choose another name',
});

export const nameTaken = (name: string, places: readonly string[]): ConfigurationFault => ({
  place: places.join(' and '),
  problem: `they share the name "${name}"`,
  remedy: 'give each indicator, each composite and each group a name of its own',
});

/** An indicator has the name of a composite. */
export const nameOfComposite = (name: string, place: string, part: string, partPlace: string): ConfigurationFault => ({
  place: `${place} and ${partPlace}`,
  problem: `the indicator "${name}" has the same name as the composite of "${part}"`,
  remedy: `rename the indicator, for example to "${name}/primary", or give the composite another name`,
});

/** Options of a composite that has no part, where a similar name has parts and no options. */
export const compositeMisspelt = (composite: string, similar: string): ConfigurationFault => ({
  place: `HealthModule options, composites.${composite}`,
  problem: `the composite "${composite}" has no part`,
  remedy: `did you mean "${similar}"? If both exist, add composites.${similar} as well`,
});

/** Two instances of one class, for example from a dynamic module that is registered twice. */
export const nameTakenByInstances = (name: string, places: readonly string[]): ConfigurationFault => ({
  place: [...new Set(places)].join(' and '),
  problem: `two instances of this indicator share the name "${name}"`,
  remedy:
    'to check both, set a different indicatorName in the constructor of each instance; ' +
    'to check one, list the class in the providers of one module only',
});

export const groupMemberUnknown = (place: string, member: string, known: readonly string[]): ConfigurationFault => ({
  place,
  problem: `there is no indicator named "${member}"`,
  remedy:
    known.length > 0
      ? `${didYouMean(member, known)}the indicators are ${known.join(', ')}`
      : 'no provider is annotated with @HealthIndicator(); list an indicator in the providers of a module',
});

export const probeUnknown = (place: string, probe: string, known: readonly string[]): ConfigurationFault => ({
  place,
  problem: `there is no probe or group named "${probe}"`,
  remedy: `${didYouMean(probe, known)}use one of ${known.join(', ')}, or define the group in HealthModule.forRoot({ groups })`,
});

export const liveExtended = (place: string): ConfigurationFault => ({
  place,
  problem: 'it would add the indicator to "live", and a failure would then restart the process',
  remedy: 'leave "live" out; set it in the code if a restart helps',
});

/** What a change of an option would do to an indicator in "live". */
const LIVE_EFFECTS: Readonly<Record<string, string>> = {
  critical: 'it would make the indicator critical in "live"',
  enabled: 'it would enable the indicator in "live"',
};

export const liveChanged = (place: string, option: string): ConfigurationFault => ({
  place,
  problem: `${LIVE_EFFECTS[option] ?? 'it could make the indicator fail in "live"'}, and a failure would then restart the process`,
  remedy: `leave "${option}" out; set it in the code if a restart helps`,
});

export const indicatorsTooMany = (place: string, most: number): ConfigurationFault => ({
  place,
  problem: `${most} indicators are registered, which is the greatest number`,
  remedy: 'remove indicators that are no longer needed: call remove() of the handle that register() returned',
});

export const endpointPathShared = (path: string, places: readonly string[]): ConfigurationFault => ({
  place: places.join(' and '),
  problem: `they share the path "${path}"`,
  remedy: 'give each endpoint a path that no other endpoint, indicator or group has',
});

export const headerReserved = (place: string): ConfigurationFault => ({
  place,
  problem: 'the library sets this header itself',
  remedy: 'remove it, or use a name of your own',
});

export const headerBreaksResponse = (place: string): ConfigurationFault => ({
  place,
  problem: 'the server or a proxy sets this header; a fixed value breaks every response',
  remedy: 'remove it',
});

export const accessEmpty = (place: string): ConfigurationFault => ({
  place,
  problem: 'it has neither apiKeys nor authorize, so access would stay open',
  remedy: 'set apiKeys or authorize; leave access out to keep the default views',
});

export const indicatorNotSingleton = (place: string, scope: string): ConfigurationFault => ({
  place,
  problem: `it is ${scope}, so there is no single instance to check`,
  remedy:
    'give it the default scope, and inject only providers of the default scope; ' +
    'a check can resolve request-scoped providers through ModuleRef',
});

export const indicatorWithoutCheck = (place: string): ConfigurationFault => ({
  place,
  problem: 'it has no method check()',
  remedy: 'implement the interface HealthIndicator',
});

export const moduleImportedTwice = (importers: readonly string[]): ConfigurationFault => ({
  place: `HealthModule, imported by ${importers.join(' and ')}`,
  problem: 'it is configured more than once',
  remedy: 'call forRoot() or forRootAsync() once, in the root module; the module is global',
});

export const moduleImportedBare = (importers: readonly string[]): ConfigurationFault => ({
  place: `HealthModule, imported by ${importers.join(' and ')}`,
  problem: 'it is imported without being configured',
  remedy: 'import HealthModule.forRoot() in the root module only; the module is global',
});

export const decoratorNeedsStaticOptions = (): ConfigurationFault => ({
  place: 'the decorators that the factory of HealthModule.forRootAsync() returned',
  problem: 'they add guards, interceptors, pipes or filters, which Nest reads before it calls factories',
  remedy:
    'move them to the decorators option next to the factory: HealthModule.forRootAsync({ decorators: [UseGuards(…)], useFactory })',
});

/** `purpose`: the verb for the task of the module at `place`, such as "measure". */
export const healthModuleMissing = (place: string, purpose: string): ConfigurationFault => ({
  place,
  problem: `HealthModule is not imported, so this module has nothing to ${purpose}`,
  remedy: 'import HealthModule.forRoot() in the root module',
});

/** `sources`: the options of `forRootAsync()` that can provide the options. */
export const asyncOptionsIncomplete = (place: string, sources: string): ConfigurationFault => ({
  place,
  problem: 'no source of the options is given',
  remedy: `give ${sources}`,
});

/** `example`: the shortest options that the module accepts. */
export const asyncOptionsMissing = (
  place: string,
  value: string,
  example = '{} for the defaults',
): ConfigurationFault => ({
  place: `the factory of ${place}`,
  problem: `it returned ${value} instead of the options`,
  remedy: `return an object of options, ${example}; a function body in braces needs a return statement`,
});

/** A module with options that is imported as a class. */
export const moduleNotConfigured = (module: string): ConfigurationFault => ({
  place: module,
  problem: 'it is imported without forRoot()',
  remedy: `import ${module}.forRoot() or ${module}.forRootAsync()`,
});

/** A rule that accepts no value in the given configuration starts its text with "nothing". */
function useOrRemove(expected: string): string {
  return expected.startsWith('nothing') ? expected.replace(/^nothing,?/, 'remove it,') : `use ${expected}`;
}

/** "did you mean" with the most similar known word. Empty if no word is similar. */
function didYouMean(given: string, known: readonly string[]): string {
  const word = nearest(given, known);
  return word === undefined ? '' : `did you mean "${word}"? `;
}
