import { isRecord } from '../../core/is-record.js';
import type { FaultsAt } from '../faults.js';
import { type Rule, matching } from '../rules.js';

/** The place in fault messages. */
export const PLACE = 'HealthModule options';

export const path = matching(
  /^\/?[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*\/?$/,
  'a path of letters, digits, "-", ".", "_" and "~", and not empty, as "health" or "internal/health"',
);

/** A path of the form of `path`, with a slash first and none at the end. */
export const absolute = (text: string): string => `/${text.replace(/^\/|\/$/g, '')}`;

export const record: Rule<Readonly<Record<string, unknown>>> = {
  expected: 'an object',
  accepts: isRecord,
};

export const headerValue = matching(/^[\t\x20-\x7e]*$/, 'a text for a header: printable ASCII on one line');

/** The entries of an object. Any other value is a fault, and has no entries. */
export function entriesOf<T>(value: Readonly<Record<string, T>>, at: FaultsAt): [string, T][] {
  if (record.accepts(value)) return Object.entries(value);
  at.outOfRange(value, record);
  return [];
}
