import type { FactoryProvider } from '@nestjs/common';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { asyncOptionsIncomplete, asyncOptionsMissing, moduleNotConfigured } from '../errors/messages.js';

type Factory<Options> = FactoryProvider<Options>['useFactory'];

/** Replaces the options of a factory that returned nothing. */
const NOTHING: object = Object.freeze({});

/**
 * The factory of `forRootAsync()`. Its result is never undefined, because undefined means that the module is imported
 * without `forRoot()`: `presentOptions()` distinguishes the two faults. Throws a `HealthConfigurationError` if there is no
 * factory.
 */
export function optionsFactory<Options extends object>(module: string, factory: Factory<Options>): Factory<Options> {
  if (typeof factory !== 'function') {
    throw new HealthConfigurationError([asyncOptionsIncomplete(`${module}.forRootAsync()`, 'useFactory')]);
  }
  return async (...injected: unknown[]) => (await factory(...injected)) ?? (NOTHING as Options);
}

/** The options of a module. Throws a `HealthConfigurationError` if there are none. `example`: options to return. */
export function presentOptions<Options>(module: string, options: Options | undefined, example?: string): Options {
  if (options === undefined) throw new HealthConfigurationError([moduleNotConfigured(module)]);
  if (options !== NOTHING) return options;
  throw new HealthConfigurationError([asyncOptionsMissing(`${module}.forRootAsync()`, 'nothing', example)]);
}
