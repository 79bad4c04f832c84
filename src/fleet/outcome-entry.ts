import { LONGEST_CODE, LONGEST_TEXT } from '../core/bounded-text.js';
import { type HealthStatus, isHealthStatus } from '../core/status.js';
import { type SignedText, objectIn, writeSigned } from './signed-text.js';

/**
 * The acknowledgement of an entry that the writer of an outcome had received: the process that wrote the entry, the monotonic
 * clock of that process at the write, and the monotonic clock of the writer of the outcome at the arrival, in milliseconds.
 */
export type AcknowledgedClock = readonly [boot: string, clock: number, at: number];

/** Maximum number of entries that one outcome acknowledges. */
export const MOST_ACKNOWLEDGED = 500;

/** The check of an outcome. Each version has its own outcomes: a new version must pass its own checks. */
export interface OutcomeSubject {
  readonly service: string;
  /** Version and commit. */
  readonly release: string;
  readonly indicator: string;
}

/** The outcome of a check that one instance writes for the others: the status, and the texts of the reports. */
export interface OutcomeEntry extends OutcomeSubject {
  readonly instance: string;
  /** Differs for each start of the process. */
  readonly boot: string;
  /** The monotonic clock of the writer at the write, in milliseconds. Readers can use only differences of it. */
  readonly clock: number;
  /** Milliseconds between the end of the run and the write. */
  readonly age: number;
  readonly status: HealthStatus;
  readonly message: string | undefined;
  readonly error: string | undefined;
  readonly code: string | undefined;
  /** The check has failed on another instance too. */
  readonly isConfirmed: boolean;
  /** The entries that the writer had received and that no outcome had named before. */
  readonly acknowledged: readonly AcknowledgedClock[];
}

/** Characters. */
const LONGEST_NAME = 200;
const LONGEST_ENTRY = 49_152;
/** Maximum characters of the original length that follows a shortened text. */
const SUFFIX = 40;

/** The value to write to a key. With a secret, it is signed. */
export function writeOutcome(key: string, entry: OutcomeEntry, secret: string | undefined): string {
  return writeSigned(key, JSON.stringify(entry), secret);
}

/** Reads a value. Returns a text with the reason if it is refused. */
export function readOutcome(value: SignedText): OutcomeEntry | string {
  if ('text' in value && value.text.length > LONGEST_ENTRY) return 'it is too long';
  const given = objectIn(value);
  if (typeof given === 'string') return given;
  const {
    service,
    release,
    indicator,
    instance,
    boot,
    clock,
    age,
    status,
    message,
    error,
    code,
    acknowledged,
    isConfirmed,
  } = given;
  if (!isText(service, LONGEST_NAME) || !isText(release, 2 * LONGEST_NAME + 1)) return 'a text is malformed';
  if (!isText(indicator, LONGEST_NAME) || !isText(instance, LONGEST_NAME) || !isText(boot, LONGEST_NAME)) {
    return 'a text is malformed';
  }
  if (!isOptional(message, LONGEST_TEXT) || !isOptional(error, LONGEST_TEXT) || !isOptional(code, LONGEST_CODE)) {
    return 'a text is malformed';
  }
  if (!isSpan(clock) || !isSpan(age)) return 'a number is malformed';
  if (!isHealthStatus(status)) return 'its status is malformed';
  if (typeof isConfirmed !== 'boolean') return 'a flag is malformed';
  if (!isAcknowledgedList(acknowledged)) return 'its list of entries is malformed';
  const outcome = { status, message, error, code, isConfirmed };
  return { service, release, indicator, instance, boot, clock, age, ...outcome, acknowledged };
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}

function isOptional(value: unknown, longest: number): value is string | undefined {
  return value === undefined || isText(value, longest + SUFFIX);
}

function isAcknowledgedList(value: unknown): value is readonly AcknowledgedClock[] {
  return Array.isArray(value) && value.length <= MOST_ACKNOWLEDGED && value.every(isAcknowledgedClock);
}

function isAcknowledgedClock(value: unknown): value is AcknowledgedClock {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [boot, clock, at] = value as readonly unknown[];
  return isText(boot, LONGEST_NAME) && isSpan(clock) && isSpan(at);
}

function isSpan(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
