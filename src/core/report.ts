import type { CheckRunner } from './check-runner.js';
import { type Moment, isoTime } from './moment.js';
import type { Outcome } from './outcome.js';
import type { HealthData } from './result.js';
import type { ServiceInfo } from './service-info.js';
import { HealthStatus, type ReportStatus, isFailing } from './status.js';

/** What a report says of one indicator. The names are those of the JSON that goes out. */
export interface HealthCheckDetail {
  readonly status: HealthStatus;
  /** Present when the status is neither `UP` nor `SKIPPED`: whether this indicator alone can make a report fail. */
  readonly critical?: boolean;
  /** What the check says of a status that is not a failure. */
  readonly message?: string;
  /** Why the latest run failed. With `failureThreshold` above 1, it can stand beside a status that is still `UP`. */
  readonly error?: string;
  readonly code?: string;
  readonly response_time_ms?: number;
  readonly checked_at?: string;
  /** Present when the status is neither `UP` nor `SKIPPED`: since when that is so. */
  readonly since?: string;
  readonly consecutive_failures?: number;
  readonly data?: HealthData;
}

/** The aggregated answer to a probe. */
export interface HealthReport {
  readonly status: ReportStatus;
  /** Why the application itself takes no traffic, whatever its indicators say: starting, maintenance, shutting down. */
  readonly reason?: string;
  readonly timestamp: string;
  readonly details: Readonly<Record<string, HealthCheckDetail>>;
  readonly service_info: ServiceInfo;
}

/** What a report says of an indicator whose run was not finished when the answer was due. */
export interface Overdue {
  /** The deadline that was missed, in milliseconds. */
  readonly deadline: number;
}

/** Describes an indicator as it stands. */
export function describeCheck(runner: CheckRunner, now: Moment, overdue?: Overdue): HealthCheckDetail {
  const { settings } = runner.definition;
  const { history } = runner;
  if (!settings.enabled) return Object.freeze({ status: HealthStatus.SKIPPED, message: 'disabled' });

  const latest = history.latest;
  const age = latest && now.elapsed - latest.finished.elapsed;
  const isTrusted = age === undefined || age <= settings.maxAge;
  if (overdue && (age === undefined || !isTrusted)) {
    return detail(runner, HealthStatus.DOWN, {
      error: `no answer within ${overdue.deadline} ms`,
      code: 'ETIMEDOUT',
    });
  }
  if (latest === undefined) return detail(runner, HealthStatus.UNKNOWN, { message: 'has not run yet' });
  if (runner.isInBackground && !isTrusted) {
    const message = `its last result is older than ${settings.maxAge} ms`;
    return detail(runner, HealthStatus.UNKNOWN, withPause(runner, latest.finished, { message }));
  }
  // While a check hangs there are few new results, so no threshold holds its last good status for longer than maxAge.
  const status = runner.isHanging && !isTrusted ? HealthStatus.DOWN : history.status;
  return detail(runner, status, withPause(runner, latest.finished, wordsOf(runner)));
}

/** In milliseconds. A shorter pause is over before an operator can act on it. */
const PAUSE_WORTH_REPORTING = 5000;

/** Says that the check is not being asked, until when, and why. */
function withPause(runner: CheckRunner, finished: Moment, words: Words): Words {
  const { pause } = runner;
  if (!pause || pause.until.elapsed - finished.elapsed < PAUSE_WORTH_REPORTING) return words;
  const runs = pause.unfinished === 1 ? '1 run has' : `${pause.unfinished} runs have`;
  const note = `not asked again before ${isoTime(pause.until)}, because ${runs} not ended`;
  const { error, message } = words;
  if (error !== undefined) return { ...words, error: `${error}; ${note}` };
  return { ...words, message: message === undefined ? note : `${message}; ${note}` };
}

type Words = Pick<Outcome, 'message' | 'error' | 'code' | 'data'>;

/** The words that go with the status in force, and the latest failure, also while a threshold holds the status back. */
function wordsOf({ history }: CheckRunner): Words {
  const decisive: Words = history.decisive?.outcome ?? {};
  const latest = history.latest?.outcome;
  if (!latest || latest === decisive || !isFailing(latest.status)) return decisive;
  return {
    ...decisive,
    error: latest.error ?? latest.message ?? latest.status,
    ...(latest.code !== undefined && { code: latest.code }),
  };
}

function detail({ definition, history }: CheckRunner, status: HealthStatus, words: Words): HealthCheckDetail {
  const { latest, since, consecutiveFailures } = history;
  const needsAttention = status !== HealthStatus.UP && status !== HealthStatus.SKIPPED;
  return Object.freeze({
    status,
    ...(needsAttention && { critical: definition.settings.critical }),
    ...(words.message !== undefined && { message: words.message }),
    ...(words.error !== undefined && { error: words.error }),
    ...(words.code !== undefined && { code: words.code }),
    ...(latest && { response_time_ms: Math.round(latest.took), checked_at: isoTime(latest.finished) }),
    ...(needsAttention && status === history.status && since && { since: isoTime(since) }),
    ...(consecutiveFailures > 0 && { consecutive_failures: consecutiveFailures }),
    ...(words.data && { data: words.data }),
  });
}
