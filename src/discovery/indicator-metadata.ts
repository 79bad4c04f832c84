import type { ConfigurationFault } from '../errors/fault.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';

/** The metadata that `@HealthIndicator()` sets on a class. */
export interface IndicatorMetadata {
  /** Undefined: the name is derived from the class name. */
  readonly name: string | undefined;
  readonly options: HealthIndicatorOptions;
  /** The faults of the options that only this kind of indicator has. */
  readonly faults?: readonly ConfigurationFault[];
}

/** Shared by all copies of the package, so that each copy finds all indicators. */
const KEY = Symbol.for('nest-vitals:health-indicator');

/** Sets a property of the class itself. Subclasses inherit it, and reading it is cheap for every provider of an application. */
export function setIndicatorMetadata(target: object, metadata: IndicatorMetadata): void {
  Object.defineProperty(target, KEY, { value: metadata, configurable: true });
}

/** Also reads the metadata of a superclass, because a subclass of an indicator is an indicator. */
export function getIndicatorMetadata(target: unknown): IndicatorMetadata | undefined {
  if (typeof target !== 'function') return undefined;
  return (target as { readonly [KEY]?: IndicatorMetadata })[KEY];
}
