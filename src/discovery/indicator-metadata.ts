import type { ConfigurationFault } from '../errors/fault.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';

/** What `@HealthIndicator()` notes on a class. */
export interface IndicatorMetadata {
  /** Undefined: it is derived from the name of the class. */
  readonly name: string | undefined;
  readonly options: HealthIndicatorOptions;
  /** What was wrong with the options that only this kind of indicator has. */
  readonly faults?: readonly ConfigurationFault[];
}

/** The same in every copy of the package, so that each finds the indicators of all. */
const KEY = Symbol.for('nest-vitals:health-indicator');

/** A property of the class itself: subclasses inherit it, and looking for it on every provider of an application costs nothing. */
export function setIndicatorMetadata(target: object, metadata: IndicatorMetadata): void {
  Object.defineProperty(target, KEY, { value: metadata, configurable: true });
}

/** Also that of an annotated ancestor: a subclass of an indicator is one. */
export function getIndicatorMetadata(target: unknown): IndicatorMetadata | undefined {
  if (typeof target !== 'function') return undefined;
  return (target as { readonly [KEY]?: IndicatorMetadata })[KEY];
}
