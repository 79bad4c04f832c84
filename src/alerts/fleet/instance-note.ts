import { isRecord } from '../../core/is-record.js';
import { jsonRecordIn } from '../../core/json-record.js';
import { type HealthStatus, isHealthStatus } from '../../core/status.js';
import type { AlertSubject } from '../alert.js';

/** An outage in the note that an instance writes for the others. It has durations, because the clocks of machines differ. */
export interface NotedOutage {
  readonly subject: AlertSubject;
  readonly isOver: boolean;
  /** The instance has sent the message about it itself, because the store was unavailable. */
  readonly isAlone: boolean;
  readonly status: HealthStatus;
  readonly critical: boolean;
  readonly error?: string;
  readonly code?: string;
  /** Milliseconds since it began. */
  readonly age: number;
  /** Milliseconds since it ended. 0: it lasts. */
  readonly overFor: number;
}

/** The outages of one instance. */
export interface InstanceNote {
  readonly instance: string;
  readonly outages: readonly NotedOutage[];
}

/** The most outages of one note. */
export const MOST_OUTAGES = 50;
const LONGEST_ERROR = 400;
const LONGEST_NAME = 200;
/** A century in milliseconds. A date that long ago is valid. */
const LONGEST_SPAN = 100 * 365 * 24 * 3_600_000;

export function writeInstanceNote({ instance, outages }: InstanceNote): string {
  const shortened = outages.slice(0, MOST_OUTAGES).map((outage) => ({
    ...outage,
    ...(outage.error !== undefined && { error: outage.error.slice(0, LONGEST_ERROR) }),
    age: Math.round(outage.age),
    overFor: Math.round(outage.overFor),
  }));
  return JSON.stringify({ instance, outages: shortened });
}

/** Undefined: the note is malformed, for example of another version of the package. */
export function readInstanceNote(text: string): InstanceNote | undefined {
  const given = jsonRecordIn(text);
  if (!given || !isName(given['instance']) || !Array.isArray(given['outages'])) return undefined;
  const outages = given['outages'].slice(0, MOST_OUTAGES).map(readOutage);
  const valid = outages.filter((outage) => outage !== undefined);
  return valid.length === outages.length ? { instance: given['instance'], outages: valid } : undefined;
}

function readOutage(given: unknown): NotedOutage | undefined {
  if (!isRecord(given)) return undefined;
  const { subject, isOver, isAlone, age, overFor } = given;
  const cause = readCause(given);
  if (!cause || !isSubject(subject) || !isSpan(age) || !isSpan(overFor)) return undefined;
  return { subject, isOver: isOver === true, isAlone: isAlone === true, ...cause, age, overFor };
}

/** The part of an observation that notes and records have in common. */
export type Cause = Pick<NotedOutage, 'status' | 'critical' | 'error' | 'code'>;

export function readCause({ status, critical, error, code }: Readonly<Record<string, unknown>>): Cause | undefined {
  if (!isHealthStatus(status) || typeof critical !== 'boolean') return undefined;
  return {
    status,
    critical,
    ...(typeof error === 'string' && { error: error.slice(0, LONGEST_ERROR) }),
    ...(typeof code === 'string' && { code: code.slice(0, LONGEST_NAME) }),
  };
}

export function isSubject(value: unknown): value is AlertSubject {
  return isRecord(value) && (value['kind'] === 'indicator' || value['kind'] === 'probe') && isName(value['name']);
}

export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}

export function isSpan(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LONGEST_SPAN;
}
