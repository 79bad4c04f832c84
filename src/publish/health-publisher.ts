import type { HealthReport } from '../core/report.js';
import type { Duration } from '../options/duration.js';

/** A target that receives the health of the application. */
export interface HealthPublisher {
  /** Name in log lines. It must not contain a secret. */
  readonly name: string;
  /**
   * Sends the report. A rejection is a failure. Only the message of a `HealthCheckError` and known error codes are logged,
   * because any other message may contain a secret. `signal` is aborted after the timeout and when the drain begins: end the
   * call then. The next report is sent only after this call has ended.
   */
  publish(report: HealthReport, signal: AbortSignal): unknown;
  /** Sends the final message when the drain begins. Default: `publish` sends it. */
  finish?(report: HealthReport, signal: AbortSignal): unknown;
}

/** Options of `HealthPublishModule.forRoot()` and of a single publisher: when a report is published. */
export interface PublishTimesOptions {
  /** Name of the probe or the group whose report is published. Default: `ready`. */
  readonly probe?: string;
  /** Milliseconds between two reports. The probe is evaluated for each, as a request does. Default: 30,000. */
  readonly period?: Duration;
  /**
   * The share of `period`, from 0 to 1, by which a pause is shortened at most. The pauses are random, so that instances that
   * started together do not publish together. A pause is never longer than `period`. Default: 0.1.
   */
  readonly jitter?: number;
  /** Whether a report is also published as soon as the status of the probe changes. Default: true. */
  readonly onChange?: boolean;
  /**
   * Milliseconds that one publication may take. The shutdown waits for the final message for at most this time.
   * Default: 5000.
   */
  readonly timeout?: Duration;
}

/** A publisher with its own times, which replace those of the module. */
export interface ScheduledPublisher extends PublishTimesOptions {
  readonly publisher: HealthPublisher;
}
