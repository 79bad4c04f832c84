import type { ShownOverride } from './check.js';
import type { CheckRunner } from './check-runner.js';
import { type Moment, isoTime } from './moment.js';
import type { Outcome } from './outcome.js';
import type { ReportedSource, ReportedSourceOptions } from './reported-source.js';
import type { HealthData } from './result.js';
import type { ServiceInfo } from './service-info.js';
import { HealthStatus, type ReportStatus, isFailing, needsAttention } from './status.js';

/** One indicator or composite in a report. The property names are those of the JSON response. */
export interface HealthCheckDetail {
  readonly status: HealthStatus;
  /** Present when the status is neither `UP` nor `SKIPPED`: whether this indicator alone can make a report fail. */
  readonly critical?: boolean;
  /** Only in `ready`: why this failure of a critical indicator only degrades the report. */
  readonly shared?: string;
  /** The message of a status that is not a failure. */
  readonly message?: string;
  /** Why the latest run failed. With `failureThreshold` above 1, it can stand beside a status that is still `UP`. */
  readonly error?: string;
  readonly code?: string;
  readonly response_time_ms?: number;
  readonly checked_at?: string;
  /** Present when the status is neither `UP` nor `SKIPPED`: the beginning of this status. */
  readonly since?: string;
  readonly consecutive_failures?: number;
  readonly data?: HealthData;
  /** The options that are overridden at present, with the reason, the author and the end. */
  readonly override?: ShownOverride;
  /** The options that sources outside the process set, and why others are refused. Absent: there are none. */
  readonly source?: ReportedSourceOptions;
  /** Only of a composite: its parts in this report, by their names without that of the composite. */
  readonly details?: Readonly<Record<string, HealthCheckDetail>>;
}

/** The aggregated result of a probe. */
export interface HealthReport {
  readonly status: ReportStatus;
  /** Why the application itself accepts no traffic, whatever its indicators report: starting, maintenance, shutting down. */
  readonly reason?: string;
  readonly timestamp: string;
  readonly details: Readonly<Record<string, HealthCheckDetail>>;
  /** The state of the sources of options. Absent: the application has no sources. */
  readonly sources?: readonly ReportedSource[];
  readonly service_info: ServiceInfo;
}

/** The run of an indicator has not finished at the deadline. */
export interface Overdue {
  /** The deadline that was missed, in milliseconds. */
  readonly deadline: number;
}

/** The detail of an indicator in its current state. */
export function describeCheck(runner: CheckRunner, now: Moment, overdue?: Overdue): HealthCheckDetail {
  const { settings } = runner.definition;
  const { history } = runner;
  if (!settings.enabled) {
    return Object.freeze({ status: HealthStatus.SKIPPED, message: 'disabled', ...changesOf(runner) });
  }

  const latest = history.latest;
  const age = latest && now.elapsed - latest.finished.elapsed;
  const isTrusted = age === undefined || age <= settings.maxAge;
  if (overdue && (age === undefined || !isTrusted)) {
    return detail(runner, HealthStatus.DOWN, {
      error: `no result within ${overdue.deadline} ms`,
      code: 'ETIMEDOUT',
    });
  }
  if (latest === undefined) return detail(runner, HealthStatus.UNKNOWN, { message: 'has not run yet' });
  if (runner.isInBackground && !isTrusted) {
    const message = `its last result is older than ${settings.maxAge} ms`;
    return detail(runner, HealthStatus.UNKNOWN, withPause(runner, latest.finished, { message }));
  }
  // A check that hangs produces few results, so a threshold must not keep its last passing status beyond maxAge.
  const status = runner.isHanging && !isTrusted ? HealthStatus.DOWN : history.status;
  return detail(runner, status, withPause(runner, latest.finished, textsOf(runner)));
}

/** Milliseconds. A shorter pause ends before an operator can act on it. */
const PAUSE_WORTH_REPORTING = 5000;

/** Adds to the texts until when no run starts, and why. */
function withPause(runner: CheckRunner, finished: Moment, texts: Texts): Texts {
  const { pause } = runner;
  if (!pause || pause.until.elapsed - finished.elapsed < PAUSE_WORTH_REPORTING) return texts;
  const runs = pause.unfinished === 1 ? '1 run has' : `${pause.unfinished} runs have`;
  const note = `not run again before ${isoTime(pause.until)}, because ${runs} not ended`;
  const { error, message } = texts;
  if (error !== undefined) return { ...texts, error: `${error}; ${note}` };
  return { ...texts, message: message === undefined ? note : `${message}; ${note}` };
}

type Texts = Pick<Outcome, 'message' | 'error' | 'code' | 'data'>;

/** The texts and data of the reported status, with the error of the latest failure also while a threshold delays the change. */
function textsOf({ history }: CheckRunner): Texts {
  const decisive: Texts = history.decisive?.outcome ?? {};
  const latest = history.latest?.outcome;
  if (!latest || latest === decisive || !isFailing(latest.status)) return decisive;
  return {
    ...decisive,
    error: latest.error ?? latest.message ?? latest.status,
    ...(latest.code !== undefined && { code: latest.code }),
  };
}

function detail(runner: CheckRunner, status: HealthStatus, texts: Texts): HealthCheckDetail {
  const { isCritical, history } = runner;
  const { latest, since, consecutiveFailures } = history;
  return Object.freeze({
    status,
    ...(needsAttention(status) && { critical: isCritical }),
    ...(texts.message !== undefined && { message: texts.message }),
    ...(texts.error !== undefined && { error: texts.error }),
    ...(texts.code !== undefined && { code: texts.code }),
    ...(latest && { response_time_ms: Math.round(latest.took), checked_at: isoTime(latest.finished) }),
    ...(needsAttention(status) && status === history.status && since && { since: isoTime(since) }),
    ...(consecutiveFailures > 0 && { consecutive_failures: consecutiveFailures }),
    ...(texts.data && { data: texts.data }),
    ...changesOf(runner),
  });
}

/** The overrides and the sources that have changed the options of the indicator at run time. */
function changesOf({ override, source }: CheckRunner): Pick<HealthCheckDetail, 'override' | 'source'> {
  return { ...(override && { override }), ...(source && { source }) };
}
