import type { HealthStatus } from '../../core/status.js';

/** The result of a finished check. */
export interface IndicatorResult {
  /** The status of the indicator after the check, with its thresholds applied. */
  readonly status: HealthStatus;
  /** The time at which the check began (monotonic, milliseconds). */
  readonly began: number;
}

/**
 * The results of other indicators. An indicator receives the results of probes and background runs, and cannot start a
 * check of another indicator: so two indicators can never wait for each other.
 */
export interface IndicatorResults {
  /** The names of all indicators at the start of the application. */
  names(): readonly string[];
  /** Calls the listener after each check of the named indicator. Returns the function that removes the listener. */
  onResult(name: string, listener: (result: IndicatorResult) => void): () => void;
}

/** The token under which `HealthModule` provides them. It is the same in every copy of the package. */
export const INDICATOR_RESULTS = Symbol.for('nest-vitals:indicator-results');
