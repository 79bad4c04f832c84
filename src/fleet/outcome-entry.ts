import { LONGEST_CODE, LONGEST_TEXT } from '../core/bounded-text.js';
import { type HealthStatus, isHealthStatus } from '../core/status.js';
import { type SignedText, objectIn, writeSigned } from './signed-text.js';

/**
 * An entry that the writer of an outcome had received: the process that wrote it, the monotonic clock of that process when it
 * wrote, and the monotonic clock of the writer of the outcome at the arrival, in milliseconds.
 */
export type HeardClock = readonly [boot: string, clock: number, at: number];

/** The most entries that an outcome names. */
export const MOST_HEARD = 500;

/** Which check an outcome is of. Versions are separate: a new version must pass its own checks. */
export interface OutcomeSubject {
  readonly service: string;
  /** Version and commit. */
  readonly release: string;
  readonly indicator: string;
}

/** The outcome of a check as one instance writes it for the others: the status, and the texts of the reports. */
export interface OutcomeEntry extends OutcomeSubject {
  readonly instance: string;
  /** Differs for each start of the process. */
  readonly boot: string;
  /** The monotonic clock of the writer when it wrote, in milliseconds. Only its differences have a meaning for others. */
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
  readonly heard: readonly HeardClock[];
}

/** Characters. */
const LONGEST_NAME = 200;
const LONGEST_ENTRY = 49_152;
/** A shortened text has its original length after it. */
const SUFFIX = 40;

/** The value to write to a key. With a secret, it is signed. */
export function writeOutcome(key: string, entry: OutcomeEntry, secret: string | undefined): string {
  return writeSigned(key, JSON.stringify(entry), secret);
}

/** Reads a value. A text tells why it is refused. */
export function readOutcome(value: SignedText): OutcomeEntry | string {
  if ('text' in value && value.text.length > LONGEST_ENTRY) return 'it is too long';
  const given = objectIn(value);
  if (typeof given === 'string') return given;
  const { service, release, indicator, instance, boot, clock, age, status, message, error, code, heard, isConfirmed } =
    given;
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
  if (!isHeard(heard)) return 'its list of entries is malformed';
  const outcome = { status, message, error, code, isConfirmed };
  return { service, release, indicator, instance, boot, clock, age, ...outcome, heard };
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}

function isOptional(value: unknown, longest: number): value is string | undefined {
  return value === undefined || isText(value, longest + SUFFIX);
}

function isHeard(value: unknown): value is readonly HeardClock[] {
  return Array.isArray(value) && value.length <= MOST_HEARD && value.every(isHeardClock);
}

function isHeardClock(value: unknown): value is HeardClock {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [boot, clock, at] = value as readonly unknown[];
  return isText(boot, LONGEST_NAME) && isSpan(clock) && isSpan(at);
}

function isSpan(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
