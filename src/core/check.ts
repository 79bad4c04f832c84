import type { HealthData, HealthResult } from './result.js';

/** What a check is handed for one run. */
export interface HealthCheckContext {
  /** The name that the indicator is registered under. */
  readonly name: string;
  /**
   * Aborted when the run's time is over or the application stops. Hand it to whatever does the waiting (`fetch`, a
   * database client, a timer), so that a check that nobody waits for any more ends and frees what it holds.
   */
  readonly signal: AbortSignal;
  /** How many milliseconds the run has. */
  readonly timeout: number;
  /**
   * Says what should be reported if this run fails without data of its own, as one does that runs out of time: the state
   * of a pool, say. A function is called when that has happened. Default: no data. The last call counts.
   */
  readonly attach: (data: HealthData | (() => HealthData | undefined)) => void;
}

/** What a check may answer: a result, or nothing when all is well. Throwing means DOWN. */
export type HealthCheckReturn = HealthResult | void | Promise<HealthResult | void>;

/** How the engine treats one indicator. All durations are milliseconds; every value is validated and defaulted. */
export interface CheckSettings {
  readonly probes: readonly string[];
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly critical: boolean;
  readonly timeout: number;
  readonly ttl: number;
  /** Undefined: the check runs when a probe asks. */
  readonly interval: number | undefined;
  readonly initialDelay: number;
  readonly maxAge: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  readonly slowThreshold: number | undefined;
  readonly when: ((context: HealthCheckContext) => boolean | Promise<boolean>) | undefined;
}

/** One indicator as the engine knows it. */
export interface CheckDefinition {
  readonly name: string;
  readonly settings: CheckSettings;
  check(context: HealthCheckContext): unknown;
}
