import { jsonRecordIn } from '../../core/json-record.js';
import { isoTime, type Moment } from '../../core/moment.js';
import type { Alert, AlertSubject } from '../alert.js';
import { type Cause, isName, isSpan, isSubject, readCause } from './instance-note.js';

/** An outage of a subject on one or more instances, about which one message was sent for all of them. */
export interface Incident extends Cause {
  readonly subject: AlertSubject;
  /** Increases with each incident of the subject, so that a late record of an earlier one is recognised. */
  readonly round: number;
  readonly isOpen: boolean;
  readonly since: Moment;
  /** The number of messages that were sent about the outage. */
  readonly edition: number;
  /** The number of affected instances in the latest of them. */
  readonly announced: number;
  /** The names of the instances that were affected, not always of all. */
  readonly names: readonly string[];
  readonly affected: number;
  /** Undefined: not known. */
  readonly total: number | undefined;
}

/** The most names of one record. */
const MOST_NAMES = 50;
/** Milliseconds for which the store keeps a record. It may have this age when it is read for the first time. */
export const RECORD_KEPT = 3_600_000;

/** `now`: on the monotonic clock. */
export function writeIncident({ since, names, ...incident }: Incident, now: number): string {
  // `since` is for people, and identifies the message to which the recovery is a reply. Durations are computed from `age`.
  const record = { ...incident, since: isoTime(since), age: Math.round(now - since.elapsed) };
  return JSON.stringify({ ...record, names: names.slice(0, MOST_NAMES) });
}

/** `isOld`: the record may have been written at any time. Undefined: it is malformed. */
export function readIncident(text: string, now: number, isOld: boolean): Incident | undefined {
  const given = jsonRecordIn(text);
  const cause = given && readCause(given);
  if (!given || !cause) return undefined;
  const { subject, round, isOpen, since, age, edition, announced, names, affected, total } = given;
  if (!isSubject(subject) || typeof isOpen !== 'boolean' || typeof since !== 'string' || !Array.isArray(names)) {
    return undefined;
  }
  const wall = Date.parse(since);
  if (Number.isNaN(wall) || !isSpan(age) || !names.every(isName)) return undefined;
  if (!isSpan(round) || !isSpan(edition) || !isSpan(announced) || !isSpan(affected)) return undefined;
  const unseen = isOld ? Math.min(RECORD_KEPT, Math.max(0, Date.now() - wall - age)) : 0;
  return {
    ...cause,
    subject,
    round,
    isOpen,
    since: { elapsed: now - age - unseen, wall },
    edition,
    announced,
    names: names.slice(0, MOST_NAMES),
    affected,
    total: isSpan(total) ? total : undefined,
  };
}

/** Whether the record replaces the known one. */
export function isNewer(incident: Incident, known: Incident | undefined): boolean {
  if (!known || incident.round !== known.round) return !known || incident.round > known.round;
  // A sender that has lost its lease may write late. An incident that has ended stays ended.
  return !incident.isOpen || (known.isOpen && incident.edition >= known.edition);
}

/** The message about the outage. */
export function alertOf(
  { subject, status, critical, error, code, since, edition, ...incident }: Incident,
  at: Moment,
): Alert {
  const { affected, total, names } = incident;
  return {
    event: 'down',
    subject,
    status,
    critical,
    ...(error !== undefined && { error }),
    ...(code !== undefined && { code }),
    since,
    at,
    instances: { affected, total, names },
    edition,
  };
}
