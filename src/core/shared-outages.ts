import type { SharedQuorum } from './check.js';
import type { CheckRunner } from './check-runner.js';

/** The state of shared indicators in other instances of the service. */
export interface SharedOutages {
  /** Describes the outage if enough other instances report the same failure. Undefined: this instance decides alone. */
  of(indicator: string, quorum: SharedQuorum): string | undefined;
}

/**
 * Why `ready` tolerates the failure of an indicator: every instance depends on it, so taking this one out of rotation would
 * not help. Undefined: the failure is not tolerated.
 */
export function toleratedBecause(
  { name, definition, history }: CheckRunner,
  outages: SharedOutages | undefined,
): string | undefined {
  const { critical, shared } = definition.settings;
  if (!critical || shared === false || !history.hasPassed) return undefined;
  return shared === true ? 'every instance depends on it' : outages?.of(name, shared);
}
