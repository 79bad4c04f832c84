import { elapsed } from '../core/moment.js';
import type { UnreadyLimit } from '../extension/unready-limit.js';
import { type FleetInstance, type PeerNews, type Roster, isPresent } from './roster.js';
import { NEWS_LASTS } from './shared-outage.js';

/** Milliseconds in which the decision of one instance surely reaches the others. Each further instance waits so much longer. */
export const TURN = 3000;

/** What is known of the service at the moment of the decision. */
export interface LoadNews extends PeerNews {
  /** This instance. */
  readonly instance: string;
}

/**
 * Why an overloaded instance must stay in rotation. Undefined: it may leave. `maxUnready`: a number from 1, or a part below 1,
 * of the instances that were ready once. `waited`: milliseconds since it would leave without the limit.
 */
export function decideUnready(
  indicator: string,
  maxUnready: number,
  { instance, peers, storeUnavailableFor }: LoadNews,
  waited: number,
): string | undefined {
  if (storeUnavailableFor > NEWS_LASTS) return 'stays in rotation: nothing is known of the other instances';
  const counted = peers.filter(({ phase, entry }) => entry.wasReady && isPresent(phase));
  const total = counted.length + 1;
  // One instance stays, whatever the limit is.
  const most = Math.min(maxUnready < 1 ? Math.floor(maxUnready * total) : maxUnready, total - 1);
  const unready = counted.filter((each) => !isReady(each));
  const free = most - unready.length;
  if (free <= 0) return `stays in rotation: ${unready.length} of ${total} instances are unready, and ${most} may be`;
  // Instances that are overloaded at one moment leave in the order of their names.
  const rank = counted.filter(
    (each) => isReady(each) && each.entry.checks[indicator] === 'DEGRADED' && each.entry.instance < instance,
  ).length;
  const turn = Math.max(0, rank - free + 1) * TURN;
  return waited < turn ? `stays in rotation: ${rank} other instances are overloaded, and leave first` : undefined;
}

function isReady({ phase, entry }: FleetInstance): boolean {
  return phase === 'accepting' && (entry.ready === 'UP' || entry.ready === 'DEGRADED');
}

/** The limit by the instances that this process knows. */
export class FleetUnreadyLimit implements UnreadyLimit {
  readonly #roster: Pick<Roster, 'peersOf'>;
  readonly #service: string;
  readonly #instance: string;
  readonly #maxUnready: number;

  constructor(
    roster: Pick<Roster, 'peersOf'>,
    { service, instance, maxUnready }: { service: string; instance: string; maxUnready: number },
  ) {
    this.#roster = roster;
    this.#service = service;
    this.#instance = instance;
    this.#maxUnready = maxUnready;
  }

  refusal(indicator: string, since: number): string | undefined {
    const now = elapsed();
    const instance = this.#instance;
    const news = this.#roster.peersOf(this.#service, instance, now);
    return decideUnready(indicator, this.#maxUnready, { instance, ...news }, now - since);
  }
}
