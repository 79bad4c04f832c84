import type { HealthCheckContext } from '../core/check.js';
import type { Duration } from './duration.js';

/** The conditions under which a failure is an outage that the instances of a service share. */
export interface SharedOptions {
  /** The fraction of the other instances that must report the same failure, above 0, at most 1. Default: 0.5. */
  readonly quorum?: number;
  /** How many other instances must be known. With fewer, the instance decides alone. Default: 3. */
  readonly minPeers?: number;
}

/**
 * Options of one indicator: how its check runs, and how its result counts. Time spans are milliseconds, or text with a
 * unit (`'5s'`). An option that is not set comes from `HealthModule.forRoot({ defaults })`, else from the default named
 * here. An environment variable `HEALTH_<NAME>_<OPTION>` has precedence over all options in code, a source of options
 * (`HealthSourcesModule`) over the environment, and an override over both.
 */
export interface HealthIndicatorOptions {
  /**
   * The probes and custom groups whose reports include this indicator. `deep` includes every indicator. Default:
   * `['ready']`. With `'live'`, a failure makes the orchestrator restart the process, so use it only where a restart
   * helps. With `'startup'`, the check must pass once before the application is ready for the first time.
   *
   * @example
   * { probes: ['ready', 'startup'] }
   */
  readonly probes?: readonly string[];
  /**
   * Whether a failure of this indicator alone makes a report fail (503). Default: true. With false, a failure makes the
   * report DEGRADED (200).
   *
   * @example
   * { critical: false }
   */
  readonly critical?: boolean;
  /**
   * Whether all instances of the service share the dependency, such as one database. When it fails everywhere, `ready` of
   * every instance would fail, and no instance would be left for the requests that do not need it. Default: false.
   *
   * With true, the check must pass once before the instance is ready for the first time. From then on its failure makes
   * `ready` DEGRADED (200) at worst. With a quorum, `ready` tolerates the failure only while other instances report it
   * too; this needs `nest-vitals/fleet`, and without current reports of the other instances it counts as false. Other probes,
   * metrics and alerts do not change. In the environment: true or false.
   *
   * @example
   * { shared: true }
   */
  readonly shared?: boolean | SharedOptions;
  /**
   * The instances of the service that run the check. Default: `'instance'`, each runs it. With `'fleet'`, one instance runs it
   * once per `ttl` (or `interval`), at most once per second, and the others use its outcome, so that they do not call the
   * dependency. An outcome older than `maxAge` is never used. Without an outcome, or while the store is unavailable, each
   * instance runs the check itself. It needs `nest-vitals/fleet`, and has no effect without it.
   *
   * Use it where the result is the same for each instance, such as an external service with a rate limit. A fault of one
   * instance, such as its own connection, is not detected.
   *
   * @example
   * { scope: 'fleet', ttl: '30s' }
   */
  readonly scope?: 'instance' | 'fleet';
  /**
   * The longest time of one attempt. Default: 500 ms. After this time the attempt is DOWN, and its signal is aborted.
   *
   * @example
   * { timeout: '2s' }
   */
  readonly timeout?: Duration;
  /**
   * How long a result, passing or failing, is reused before the check runs again. Default: 1000 ms. With 0, each request
   * runs the check; requests at the same time still share one run. With `interval`, it has no effect.
   *
   * @example
   * { ttl: '5s' }
   */
  readonly ttl?: Duration;
  /**
   * Runs the check in the background: the next run starts this long after the previous run has ended, plus or minus a
   * tenth, so that the instances of a service do not run it at the same time. Requests then never start a run. Default: unset, the
   * check runs on request. Until the first run has finished the indicator is UNKNOWN, and `ready` fails.
   *
   * @example
   * { interval: '30s', timeout: '10s' }
   */
  readonly interval?: Duration;
  /** The delay of the first background run after the start of the application. Default: 0 ms. Without `interval` it has no effect. */
  readonly initialDelay?: Duration;
  /**
   * The greatest age of a result that is still used. An older background result is UNKNOWN. When a check has not finished
   * at the deadline, its last result is reported if it is not older than this, else DOWN. Default: 30,000 ms, or three
   * intervals and the longest possible run where that is longer, and never less than `ttl`. With `scope: 'fleet'` and
   * without `interval`, three `ttl` take the place of three intervals. It must be more than `interval` where that is set,
   * and at least `ttl` where it is not.
   *
   * @example
   * { interval: '1m', maxAge: '5m' }
   */
  readonly maxAge?: Duration;
  /** How often a failed attempt is repeated before the run counts as failed. Default: 0. Each attempt has the whole `timeout`. */
  readonly retries?: number;
  /** The pause before a repeated attempt. Default: 100 ms. */
  readonly retryDelay?: Duration;
  /**
   * How many runs in a row must fail before the status changes from passing to failing. Default: 1. A higher number hides
   * short failures from the status; `consecutive_failures` still counts them. The very first result counts immediately.
   *
   * @example
   * { failureThreshold: 3 }
   */
  readonly failureThreshold?: number;
  /** How many runs in a row must pass before the status changes from failing to passing. Default: 1. */
  readonly successThreshold?: number;
  /** A passing run that takes longer than this is DEGRADED. Default: unset, the duration of a run does not matter. */
  readonly slowThreshold?: Duration;
  /**
   * A condition that is evaluated before each attempt, within its timeout. If it is false, the indicator is SKIPPED and
   * the check is not called. If it throws, the attempt has failed. Default: none.
   */
  readonly when?: (context: HealthCheckContext) => boolean | Promise<boolean>;
  /** Words by which groups can select indicators. Default: none. */
  readonly tags?: readonly string[];
  /** With false, the indicator is SKIPPED and its check is never called. Default: true. */
  readonly enabled?: boolean;
}
