import type { CheckDefinition } from '../core/check.js';
import type { ConfigurationFault } from '../errors/fault.js';

/** What is asked in the place of indicators, as a test wants it. */
export interface IndicatorStandIns {
  /** What takes the place of an indicator, which is neither prepared nor asked then. Undefined: it is asked itself. */
  standInFor(indicator: CheckDefinition): CheckDefinition | undefined;
  /** What is wrong, once the names of all indicators of the start are known. */
  check(names: readonly string[]): readonly ConfigurationFault[];
}

export const NO_STAND_INS: IndicatorStandIns = { standInFor: () => undefined, check: () => [] };

/** What `HealthModule` provides them under, for a test to override; the same in every copy of the package. */
export const INDICATOR_STAND_INS = Symbol.for('nest-vitals:indicator-stand-ins');
