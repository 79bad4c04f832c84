import { boundedText } from '../core/bounded-text.js';
import { isRecord } from '../core/is-record.js';
import type { OverrideTerms } from '../extension/health-override.js';
import type { Faults } from '../options/faults.js';
import { converted, duration, nonBlank } from '../options/rules.js';

/** Milliseconds. A longer change belongs in the configuration. */
export const LONGEST_OVERRIDE = 24 * 3_600_000;

const span = duration(1);

interface CheckedTerms {
  readonly reason: string;
  readonly by: string | undefined;
  /** Milliseconds. */
  readonly expiresIn: number;
}

/** Checks the terms of a temporary change: reason, author and end. */
export function checkTerms(terms: OverrideTerms, faults: Faults): CheckedTerms {
  const { reason, expiresIn, by }: Partial<Record<keyof OverrideTerms, unknown>> = isRecord(terms) ? terms : {};
  if (!nonBlank.accepts(reason)) faults.at('reason').outOfRange(reason, nonBlank);
  if (by !== undefined && !nonBlank.accepts(by)) faults.at('by').outOfRange(by, nonBlank);
  const time = span.accepts(expiresIn) ? converted(span, expiresIn) : undefined;
  if (time === undefined || time > LONGEST_OVERRIDE) {
    faults.at('expiresIn').outOfRange(expiresIn, {
      expected: `a number of milliseconds from 1 to ${LONGEST_OVERRIDE}, or a text with a unit such as "30m", at most "24h"`,
    });
  }
  return {
    reason: typeof reason === 'string' ? boundedText(reason) : '',
    by: typeof by === 'string' ? boundedText(by) : undefined,
    expiresIn: time ?? 0,
  };
}
