import type { CheckDefinition } from '../core/check.js';
import type { ConfigurationFault } from '../errors/fault.js';

/** Replacements of indicators in a test. */
export interface IndicatorReplacements {
  /** The replacement of an indicator, which is then neither prepared nor run. Undefined: the indicator is not replaced. */
  replacementOf(indicator: CheckDefinition): CheckDefinition | undefined;
  /** The faults of the replacements, given the names of all indicators at the start. */
  check(names: readonly string[]): readonly ConfigurationFault[];
}

export const NO_REPLACEMENTS: IndicatorReplacements = { replacementOf: () => undefined, check: () => [] };

/** The injection token of the replacements, for a test to override. Shared by all copies of the package. */
export const INDICATOR_REPLACEMENTS = Symbol.for('nest-vitals:indicator-replacements');
