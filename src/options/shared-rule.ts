import type { SharedQuorum } from '../core/check.js';
import { isRecord } from '../core/is-record.js';
import { SHARED_QUORUM } from './defaults.js';
import { type Rule, flag, whole } from './rules.js';

const peers = whole(1, 1_000_000);

/** The option `shared`: true, false, or an object with `quorum` and `minPeers`. */
export const sharing: Rule<boolean | SharedQuorum> = {
  expected: 'true, false, or { quorum: a number above 0 and at most 1, minPeers: a whole number from 1 }',
  expectedOfVariable: flag.expected,
  accepts: (value) => flag.accepts(value) || (isRecord(value) && Object.entries(value).every(isPart)),
  convert: (value) => (typeof value === 'boolean' ? value : { ...SHARED_QUORUM, ...(value as object) }),
  ...(flag.read && { read: flag.read }),
};

function isPart([name, value]: [string, unknown]): boolean {
  if (name === 'minPeers') return peers.accepts(value);
  return name === 'quorum' && typeof value === 'number' && value > 0 && value <= 1;
}
