import type { SharedQuorum } from '../core/check.js';
import { isFailing } from '../core/status.js';
import type { FleetInstance, PeerNews } from './roster.js';

/** The part of a decision that outlasts it. */
export interface OutageMemory {
  /** Since when the indicator fails here, on the monotonic clock. */
  readonly failingSince: number;
  /** When the quorum was last met. Undefined: not in this outage. */
  readonly metAt: number | undefined;
}

/** Milliseconds in which the other instances can find and report a failure that they share, before this one decides alone. */
export const COMPARE_FOR = 3000;
/** Milliseconds for which a quorum counts after it was last met, so that one recovering peer does not change the decision. */
export const HOLD_FOR = 5000;
/** Milliseconds for which the last news of the other instances counts while the store is unavailable. */
export const NEWS_LASTS = 15_000;

export interface OutageDecision {
  /** Why the failure is tolerated. Undefined: this instance decides alone. */
  readonly because: string | undefined;
  /** Whether the quorum is met at this moment. */
  readonly isMet: boolean;
}

/** Whether other instances report the same failure often enough. Decided from memory, without a request to the store. */
export function decideSharedOutage(
  indicator: string,
  { quorum, minPeers }: SharedQuorum,
  { peers, storeUnavailableFor }: PeerNews,
  { failingSince, metAt }: OutageMemory,
  now: number,
): OutageDecision {
  const alone = { because: undefined, isMet: false };
  if (storeUnavailableFor > NEWS_LASTS) return alone;
  const voters = peers.filter(({ phase, entry }) => entry.wasReady && isPresent(phase) && indicator in entry.checks);
  if (voters.length < minPeers) return alone;
  const failing = voters.filter(({ entry }) => isFailingCheck(entry.checks[indicator])).length;
  const isMet = failing >= quorum * voters.length;
  const words = `shared outage: ${failing + 1} of ${voters.length + 1} instances`;
  if (isMet || (metAt !== undefined && now - metAt <= HOLD_FOR)) return { because: words, isMet };
  if (now - failingSince <= COMPARE_FOR) return { because: `comparing with ${voters.length} instances`, isMet };
  return alone;
}

function isPresent(phase: FleetInstance['phase']): boolean {
  return phase === 'accepting' || phase === 'refusing';
}

function isFailingCheck(status: string | undefined): boolean {
  return status !== undefined && isFailing(status as Parameters<typeof isFailing>[0]);
}
