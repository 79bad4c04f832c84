import { timedOutAfter } from '../errors/health-check-timeout.error.js';
import { boundedText } from './bounded-text.js';
import { CHECK_FAILED, describeFailure } from './failure.js';
import { isRecord } from './is-record.js';
import type { HealthData } from './result.js';
import { safeCopy } from './safe-copy.js';
import { HealthStatus, isFailing, isHealthStatus } from './status.js';

/** How one run of a check ended. Its texts may leave the process. */
export interface Outcome {
  readonly status: HealthStatus;
  /** The message of a status that is not a failure. */
  readonly message?: string;
  /** Why the check failed. */
  readonly error?: string;
  readonly code?: string;
  readonly data?: HealthData;
  /** The value that the check threw or returned. For the log only. */
  readonly cause?: unknown;
  /** The timeout has passed. */
  readonly isTimeout?: boolean;
  /** The outcome describes this process and not the dependency: the event loop was blocked. */
  readonly isLocal?: boolean;
  /** Present when another instance ran the check: when that run ended, on the monotonic clock of this process. */
  readonly ranAt?: number;
}

/** An outcome of another instance. */
export interface SharedOutcome extends Outcome {
  readonly ranAt: number;
}

/** The return value of a check whose outcome comes from another instance. */
export class ReusedOutcome {
  readonly #outcome: SharedOutcome;

  constructor(outcome: SharedOutcome) {
    this.#outcome = outcome;
  }

  /** The outcome, or undefined for any other value. It reads no property of the value, which may be a hostile proxy. */
  static read(value: unknown): SharedOutcome | undefined {
    return typeof value === 'object' && value !== null && #outcome in value ? value.#outcome : undefined;
  }
}

/** The data to report if the check fails, or a function that returns it. */
export type Attached = HealthData | (() => HealthData | undefined) | undefined;

const INVALID_RESULT = 'INVALID_RESULT';

/** The outcome of a check that returned. A value that is neither a result nor undefined is DOWN, so that no mistake looks healthy. */
export function outcomeOfReturn(returned: unknown): Outcome {
  if (returned === undefined) return { status: HealthStatus.UP };
  const reused = ReusedOutcome.read(returned);
  if (reused) return reused;
  try {
    return readResult(returned);
  } catch (error) {
    return invalid('the result could not be read', error);
  }
}

/** The outcome of a check that threw or rejected. */
export function outcomeOfThrow(thrown: unknown): Outcome {
  const { error, code, data } = describeFailure(thrown);
  return {
    status: HealthStatus.DOWN,
    error,
    ...(code !== undefined && { code }),
    ...copied(data),
    cause: thrown,
  };
}

export function outcomeOfTimeout(timeout: number): Outcome {
  return { status: HealthStatus.DOWN, error: timedOutAfter(timeout), code: 'ETIMEDOUT', isTimeout: true };
}

/** A failure without data of its own, with the data that the check has attached. */
export function withAttached(outcome: Outcome, attached: Attached): Outcome {
  if (attached === undefined || outcome.data !== undefined || passes(outcome)) return outcome;
  try {
    return { ...outcome, ...copied(typeof attached === 'function' ? attached() : attached) };
  } catch {
    // The reason of the failure is complete without the data.
    return outcome;
  }
}

function readResult(returned: unknown): Outcome {
  if (!isRecord(returned)) {
    return invalid(`the check returned ${kindOf(returned)} instead of a result`, returned);
  }
  const { status, message, data } = returned;
  if (!isHealthStatus(status)) return invalid('the check returned an unknown status', returned);
  if (message !== undefined && typeof message !== 'string') {
    return invalid(`the check returned ${kindOf(message)} as its message`, returned);
  }
  if (data !== undefined && !isRecord(data)) return invalid(`the check returned ${kindOf(data)} as its data`, returned);

  const text = message === undefined ? undefined : boundedText(message);
  return status === HealthStatus.DOWN
    ? { status, error: text ?? CHECK_FAILED, ...copied(data) }
    : { status, ...(text !== undefined && { message: text }), ...copied(data) };
}

function copied(data: unknown): { data?: HealthData } {
  if (data === undefined) return {};
  const copy = safeCopy(data);
  if (copy === undefined) return { data: { omitted: 'the data could not be read' } };
  // An empty object is left out.
  return Object.keys(copy).length === 0 ? {} : { data: copy };
}

function invalid(error: string, cause: unknown): Outcome {
  return { status: HealthStatus.DOWN, error, code: INVALID_RESULT, cause };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A passing run that took longer than `slowThreshold` is DEGRADED. An outcome of another instance stays as it is. */
export function degradeWhenSlow(outcome: Outcome, took: number, slowThreshold: number | undefined): Outcome {
  if (outcome.ranAt !== undefined) return outcome;
  if (slowThreshold === undefined || outcome.status !== HealthStatus.UP || took <= slowThreshold) return outcome;
  return {
    ...outcome,
    status: HealthStatus.DEGRADED,
    message: `slow: took ${Math.round(took)} ms, more than ${slowThreshold} ms`,
  };
}

export const passes = (outcome: Outcome): boolean => !isFailing(outcome.status);
