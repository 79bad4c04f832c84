import type { HealthCheckContext } from '../core/check.js';

/**
 * How one indicator is run and what its result counts for. All durations are milliseconds. What is left out comes
 * from `HealthModule.forRoot({ defaults })`, else from the default named with each option; an environment variable
 * `HEALTH_<NAME>_<OPTION>` beats them all.
 */
export interface HealthIndicatorOptions {
  /**
   * The probes, or user-defined groups, that ask this indicator. `deep` always does. Default: `['ready']`. With
   * `'live'` a failure lets the orchestrator restart the process, so name it only for what a restart mends; with
   * `'startup'` it must have passed once before the application is ready for the first time.
   */
  readonly probes?: readonly string[];
  /** Whether a failure alone makes a report fail (503). Default: true. If false, a failure makes the report DEGRADED (200). */
  readonly critical?: boolean;
  /** How long one try may take. Default: 500. After it the try is DOWN, and its signal is aborted. */
  readonly timeout?: number;
  /**
   * How long a result, good or bad, is answered from memory before the check runs again. Default: 1000. With 0 each
   * probe asks, though simultaneous ones still share a run. With `interval` it has no effect.
   */
  readonly ttl?: number;
  /**
   * Runs the check on a timer, this long after the run before has ended (give or take a tenth, so that instances do
   * not run in step), and never because a probe asks. Default: unset, it runs on request. Until the first run has
   * finished the indicator is UNKNOWN, which fails `ready`.
   */
  readonly interval?: number;
  /** How long after the start of the application the first background run begins. Default: 0. Without `interval` it has no effect. */
  readonly initialDelay?: number;
  /**
   * How old a result may be and still count: a background result beyond it is UNKNOWN, and a check that is not done
   * when the answer is due is reported by its last result only if that is younger, else as DOWN. Default: 30,000, or
   * three intervals and the time one run can take where that is more, and never less than `ttl`. It must be more than
   * `interval` where that is set, and at least `ttl` where it is not.
   */
  readonly maxAge?: number;
  /** How often a failed try is repeated before the run counts as failed. Default: 0. Each try has the whole `timeout`. */
  readonly retries?: number;
  /** The pause before a try is repeated. Default: 100. */
  readonly retryDelay?: number;
  /**
   * How many runs in a row must fail before the status turns from passing to failing. Default: 1. With more, short
   * failures are damped; they still show in `consecutive_failures`. The very first result counts at once.
   */
  readonly failureThreshold?: number;
  /** How many runs in a row must pass before the status turns from failing to passing. Default: 1. */
  readonly successThreshold?: number;
  /** A pass that takes longer than this is DEGRADED. Default: unset, a pass is a pass. */
  readonly slowThreshold?: number;
  /**
   * A condition, asked before each run within its timeout: false means SKIPPED, and the check is not called. A
   * condition that throws is a failed check. Default: none.
   */
  readonly when?: (context: HealthCheckContext) => boolean | Promise<boolean>;
  /** Words by which groups can gather indicators. Default: none. */
  readonly tags?: readonly string[];
  /** False: the indicator is listed as SKIPPED and never called. Default: true. */
  readonly enabled?: boolean;
}
