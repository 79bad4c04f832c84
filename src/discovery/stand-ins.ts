import type { CheckDefinition } from '../core/check.js';
import type { ConfigurationFault } from '../errors/fault.js';

/** Replacements of indicators in a test. */
export interface IndicatorStandIns {
  /** The replacement of an indicator, which is then neither prepared nor run. Undefined: the indicator is not replaced. */
  standInFor(indicator: CheckDefinition): CheckDefinition | undefined;
  /** The faults of the replacements, given the names of all indicators at the start. */
  check(names: readonly string[]): readonly ConfigurationFault[];
}

export const NO_STAND_INS: IndicatorStandIns = { standInFor: () => undefined, check: () => [] };

/** The injection token of the replacements, for a test to override. Shared by all copies of the package. */
export const INDICATOR_STAND_INS = Symbol.for('nest-vitals:indicator-stand-ins');
