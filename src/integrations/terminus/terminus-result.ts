import { CHECK_FAILED, describeFailure } from '../../core/failure.js';
import { isRecord } from '../../core/is-record.js';
import { type HealthData, type HealthResult, degraded, up } from '../../core/result.js';
import { HealthStatus, aggregate } from '../../core/status.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { safeDetails } from './safe-details.js';

export interface ReadOptions {
  /** Whether strings of the result may be shown. */
  readonly texts: boolean;
}

/** The entry of a terminus result under one of its keys. */
interface Part {
  readonly key: string;
  readonly status: HealthStatus;
  /** The reason for DOWN where terminus itself would report no failure. */
  readonly problem?: string;
  readonly details: HealthData;
}

const STATUSES: Readonly<Record<string, HealthStatus>> = {
  up: HealthStatus.UP,
  degraded: HealthStatus.DEGRADED,
  down: HealthStatus.DOWN,
};

const NO_RESULT = 'the terminus indicator returned no result';
const UNKNOWN_STATUS = 'the terminus indicator returned an unknown status';

/** Reads the result of a terminus indicator. Terminus ignores an unknown status and reports it as healthy; here it is DOWN. */
export function readReturned(returned: unknown, options: ReadOptions): HealthResult {
  const parts = partsOf(returned);
  if (parts.length === 0) throw new HealthCheckError(NO_RESULT, { code: 'INVALID_RESULT', cause: returned });
  const status = aggregate(parts.map((part) => ({ status: part.status, critical: true })));
  if (status === HealthStatus.DOWN) throw failure(parts, returned, options);
  const data = dataOf(parts, options);
  return status === HealthStatus.DEGRADED ? degraded(messageOf(parts, status, options) ?? 'degraded', data) : up(data);
}

/** Reads the error of a terminus indicator. Up to terminus 11, an indicator threw to report DOWN, with any status in the result. */
export function readThrown(thrown: unknown, options: ReadOptions): unknown {
  if (!(thrown instanceof Error) || !('isHealthCheckError' in thrown) || thrown.isHealthCheckError !== true)
    return thrown;
  const parts = 'causes' in thrown ? partsOf(thrown.causes) : [];
  if (parts.length === 0) return thrown;
  return failure(
    parts.map((part) => ({ ...part, status: HealthStatus.DOWN })),
    thrown,
    options,
  );
}

function partsOf(result: unknown): Part[] {
  if (!isRecord(result)) return [];
  return Object.entries(result).map(([key, part]) => {
    if (!isRecord(part)) return { key, status: HealthStatus.DOWN, problem: NO_RESULT, details: {} };
    const { status: given, ...details } = part;
    const status = typeof given === 'string' && Object.hasOwn(STATUSES, given) ? STATUSES[given] : undefined;
    return status === undefined
      ? { key, status: HealthStatus.DOWN, problem: UNKNOWN_STATUS, details }
      : { key, status, details };
  });
}

function failure(parts: readonly Part[], cause: unknown, options: ReadOptions): HealthCheckError {
  const failing = parts.filter(({ status }) => status === HealthStatus.DOWN);
  const problem = failing.find((part) => part.problem !== undefined)?.problem;
  const known = failing.map(knownFailure).find((found) => found !== undefined);
  const message = problem ?? messageOf(parts, HealthStatus.DOWN, options) ?? known?.error ?? CHECK_FAILED;
  const code = problem === undefined ? known?.code : 'INVALID_RESULT';
  const data = dataOf(parts, options);
  const names = failing.map(({ key }) => key).join(', ');
  return new HealthCheckError(parts.length > 1 ? `${names}: ${message}` : message, {
    cause,
    ...(code !== undefined && { code }),
    ...(data && { data }),
  });
}

/** Node's codes for failed connections. The text around the code may hold a secret and is not used. */
const NETWORK_CODE =
  /\b(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/;
/** The message of terminus for a check that timed out. */
const TIMED_OUT = /^timeout of \d+ ?ms exceeded/i;

function knownFailure({ details }: Part): ReturnType<typeof describeFailure> | undefined {
  const message = details['message'];
  if (typeof message !== 'string') return undefined;
  const code = TIMED_OUT.test(message) ? 'ETIMEDOUT' : NETWORK_CODE.exec(message)?.[0];
  return code === undefined ? undefined : describeFailure({ code });
}

/** The indicator's own message for a status, if it may be shown. */
function messageOf(parts: readonly Part[], status: HealthStatus, { texts }: ReadOptions): string | undefined {
  if (!texts) return undefined;
  const messages = parts.filter((part) => part.status === status).map(({ details }) => details['message']);
  return messages.find((message) => typeof message === 'string');
}

/** A single key is the indicator itself. Of several keys, each is shown with its status. */
function dataOf(parts: readonly Part[], { texts }: ReadOptions): HealthData | undefined {
  const [first, ...others] = parts;
  if (!first) return undefined;
  if (others.length === 0) return safeDetails(first.details, texts);
  return Object.fromEntries(
    parts.map(({ key, status, details }) => [key, { status, ...safeDetails(details, texts) }] as const),
  );
}
