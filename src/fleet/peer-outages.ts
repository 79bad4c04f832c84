import type { SharedQuorum } from '../core/check.js';
import { elapsed } from '../core/moment.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { Roster } from './roster.js';
import { type OutageMemory, decideSharedOutage } from './shared-outage.js';

/** Compares the failures of shared indicators with the other instances of the service. */
export class PeerOutages {
  readonly #roster: Pick<Roster, 'peersOf' | 'follow'>;
  readonly #service: string;
  readonly #instance: string;
  readonly #memories = new Map<string, OutageMemory>();

  constructor(roster: Pick<Roster, 'peersOf' | 'follow'>, service: string, instance: string) {
    this.#roster = roster;
    this.#service = service;
    this.#instance = instance;
  }

  /** Reason why the failure of an indicator is tolerated. Undefined: this instance decides alone. */
  of(indicator: string, quorum: SharedQuorum): string | undefined {
    // The indicator may have been registered after the start.
    this.#roster.follow();
    const now = elapsed();
    const memory = this.#memories.get(indicator) ?? { failingSince: now, metAt: undefined };
    const peers = this.#roster.peersOf(this.#service, this.#instance, now);
    const { because, isMet } = decideSharedOutage(indicator, quorum, peers, memory, now);
    this.#memories.set(indicator, isMet ? { ...memory, metAt: now } : memory);
    return because;
  }

  /** Forgets the outage of an indicator that passes again or is removed. Returns the function that stops this. */
  follow(monitor: HealthMonitor): () => void {
    const ends = [
      monitor.onRun(({ indicator, status }) => {
        if (status === 'UP' || status === 'DEGRADED' || status === 'SKIPPED') this.#memories.delete(indicator);
      }),
      monitor.onRemoved((indicator) => this.#memories.delete(indicator)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }
}
