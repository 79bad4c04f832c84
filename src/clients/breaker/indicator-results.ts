import type { HealthStatus } from '../../core/status.js';

/** What came of a check that has ended. */
export interface IndicatorResult {
  /** The status of the indicator after it, with its thresholds taken into account. */
  readonly status: HealthStatus;
  /** When the check began (monotonic, milliseconds). */
  readonly began: number;
}

/**
 * How an indicator follows another one. It is told of results that probes and background runs have brought, and cannot
 * ask for one: so no indicator ever waits for another, nor can two of them wait for each other.
 */
export interface IndicatorResults {
  /** The names of all indicators that the application has started with. */
  names(): readonly string[];
  /** Calls the listener after each check of the indicator of this name. Returns the function that takes it off again. */
  onResult(name: string, listener: (result: IndicatorResult) => void): () => void;
}

/** What `HealthModule` provides them under; the same in every copy of the package. */
export const INDICATOR_RESULTS = Symbol.for('nest-vitals:indicator-results');
