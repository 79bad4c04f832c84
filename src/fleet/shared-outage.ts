import type { SharedQuorum } from '../core/check.js';
import { isFailing } from '../core/status.js';
import type { FleetInstance } from './fleet-instance.js';
import type { PeerState } from './roster.js';

/** The state that is kept between two decisions about an outage. */
export interface OutageMemory {
  /** Time of the first failure on this instance, on the monotonic clock. */
  readonly failingSince: number;
  /** Time at which the quorum was last met. Undefined: not in this outage. */
  readonly metAt: number | undefined;
}

/** Milliseconds in which the other instances can report the same failure, before this instance decides alone. */
export const COMPARE_FOR = 3000;
/** Milliseconds for which a met quorum remains valid, so that one recovering peer does not change the decision. */
export const HOLD_FOR = 5000;
/** Milliseconds for which the last known state of the other instances counts while the store is unavailable. */
export const PEERS_VALID_FOR = 15_000;

export interface OutageDecision {
  /** Reason why the failure is tolerated. Undefined: this instance decides alone. */
  readonly because: string | undefined;
  /** Whether the quorum is currently met. */
  readonly isMet: boolean;
}

/** Decides whether enough other instances report the same failure. It reads only memory and sends no request to the store. */
export function decideSharedOutage(
  indicator: string,
  { quorum, minPeers }: SharedQuorum,
  { peers, storeUnavailableFor }: PeerState,
  { failingSince, metAt }: OutageMemory,
  now: number,
): OutageDecision {
  const alone = { because: undefined, isMet: false };
  if (storeUnavailableFor > PEERS_VALID_FOR) return alone;
  const voters = peers.filter(({ phase, entry }) => entry.wasReady && isPresent(phase) && indicator in entry.checks);
  if (voters.length < minPeers) return alone;
  const failing = voters.filter(({ entry }) => isFailingCheck(entry.checks[indicator])).length;
  const isMet = failing >= quorum * voters.length;
  const text = `shared outage: ${failing + 1} of ${voters.length + 1} instances`;
  if (isMet || (metAt !== undefined && now - metAt <= HOLD_FOR)) return { because: text, isMet };
  if (now - failingSince <= COMPARE_FOR) return { because: `comparing with ${voters.length} instances`, isMet };
  return alone;
}

function isPresent(phase: FleetInstance['phase']): boolean {
  return phase === 'accepting' || phase === 'refusing';
}

function isFailingCheck(status: string | undefined): boolean {
  return status !== undefined && isFailing(status as Parameters<typeof isFailing>[0]);
}
