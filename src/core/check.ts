import type { HealthData, HealthResult } from './result.js';

/** The context of one attempt. */
export interface HealthCheckContext {
  /** The name that the indicator is registered under. */
  readonly name: string;
  /**
   * Aborted when the timeout has passed or the application stops. Pass it to every operation that waits (`fetch`, a
   * database client, a timer), so that the check ends and releases its resources.
   */
  readonly signal: AbortSignal;
  /** The timeout of the attempt, in milliseconds. */
  readonly timeout: number;
  /**
   * Sets the data to report if this attempt fails without data of its own, for example by a timeout: the state of a
   * pool, for example. A function is called only after such a failure. Default: no data. The last call counts.
   */
  readonly attach: (data: HealthData | (() => HealthData | undefined)) => void;
}

/** The return value of a check: a result, or nothing for UP. A thrown error means DOWN. */
export type HealthCheckReturn = HealthResult | void | Promise<HealthResult | void>;

/** The conditions under which a failure is an outage that several instances share. */
export interface SharedQuorum {
  /** The fraction of the other instances that must report the failure, above 0, at most 1. */
  readonly quorum: number;
  /** How many other instances must be known. With fewer, the instance decides alone. */
  readonly minPeers: number;
}

/** The settings of one indicator, validated and with defaults. All time spans are milliseconds. */
export interface CheckSettings {
  readonly probes: readonly string[];
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly critical: boolean;
  /** Whether `ready` tolerates a failure, after the indicator has passed once: always, or when other instances report it too. */
  readonly shared: boolean | SharedQuorum;
  /** `fleet`: one instance of the service runs the check, and the others take its outcome. */
  readonly scope: 'instance' | 'fleet';
  readonly timeout: number;
  readonly ttl: number;
  /** Undefined: the check runs when a probe requests it. */
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

/** How long one run can take with all its attempts, in milliseconds. */
export function longestRunOf({
  timeout,
  retries,
  retryDelay,
}: Pick<CheckSettings, 'timeout' | 'retries' | 'retryDelay'>): number {
  return (retries + 1) * timeout + retries * retryDelay;
}

/** An override as reports show it: the changed options by name, and `reason`, `by`, `until`. */
export type ShownOverride = Readonly<Record<string, unknown>>;

/** One indicator, as it is added to the engine. */
export interface CheckDefinition {
  readonly name: string;
  readonly settings: CheckSettings;
  check(context: HealthCheckContext): unknown;
}
