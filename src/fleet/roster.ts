import { elapsed } from '../core/moment.js';
import type { HealthStore } from '../stores/health-store.js';
import { storeKeyParts } from '../stores/store-key.js';
import { type FleetEntry, type WrittenPhase, readEntry } from './fleet-entry.js';

/** The phase of an instance as a reader sees it. `lost`: it crashed, is frozen, or is cut off from the store. */
export type FleetPhase = WrittenPhase | 'lost';

/** One instance, as this process knows it. Times are on the monotonic clock of this process. */
export interface FleetInstance {
  readonly entry: FleetEntry;
  readonly phase: FleetPhase;
  /** Since when the phase lasts. */
  readonly phaseSince: number;
  /** Since when `ready` has its status. */
  readonly readySince: number;
  /** When the instance was last heard of. */
  readonly heard: number;
}

/** An entry that is not believed. */
export interface RefusedEntry {
  readonly key: string;
  readonly because: string;
}

/** Whether the store responds. */
export interface StoreConnection {
  readonly isConnected: boolean;
  /** Since when, on the monotonic clock. Undefined: never connected so far. */
  readonly since: number | undefined;
  readonly error: string | undefined;
}

/** What is known of the other instances at one moment. */
export interface PeerNews {
  /** The other instances of the same service. */
  readonly peers: readonly FleetInstance[];
  /** Milliseconds for which the store has been away. 0: it responds. */
  readonly storeAway: number;
}

interface Known {
  readonly entry: FleetEntry;
  heard: number;
}

/** How many heartbeats may be missed before an instance is lost. */
export const HEARTBEATS_MISSED = 3;
/** Milliseconds in which a store surely notices that its connection is silent. */
const SILENCE_NOTICED = 10_000;
/** The most refused entries that are listed. */
const MOST_REFUSED = 20;

export interface RosterSettings {
  readonly store: HealthStore;
  /** The collection of the environment. */
  readonly collection: string;
  readonly secret: string | undefined;
}

/** The instances of the fleet, by what they write into the store. */
export class Roster {
  readonly #settings: RosterSettings;
  readonly #known = new Map<string, Known>();
  readonly #refused = new Map<string, string>();
  #end: (() => void) | undefined;
  /** When anything was heard, on the monotonic clock. */
  #lastHeard = elapsed();
  #connection: StoreConnection = { isConnected: false, since: undefined, error: undefined };

  constructor(settings: RosterSettings) {
    this.#settings = settings;
  }

  /** Begins to follow the entries of all instances, if it has not begun. */
  follow(): void {
    const { store, collection } = this.#settings;
    this.#end ??= store.watch(`${collection}/`, {
      snapshot: (entries) => this.#replace(entries),
      put: (key, value) => this.#hear(key, value, elapsed()),
      removed: (key) => this.#forget(key),
      connected: () => this.#connect(),
      disconnected: (error) => this.#disconnect(error.message),
    });
  }

  close(): void {
    this.#end?.();
  }

  get connection(): StoreConnection {
    return this.#connection;
  }

  /** Entries that are malformed, not signed, or claim another name. */
  get refused(): readonly RefusedEntry[] {
    return [...this.#refused].map(([key, because]) => ({ key, because }));
  }

  /** The instances at this moment. */
  instances(now = elapsed()): FleetInstance[] {
    const listened = this.#listenedUntil(now);
    return [...this.#known.values()].map(({ entry, heard }) => {
      const silent = Math.max(0, listened - heard);
      const isSilent = silent > HEARTBEATS_MISSED * entry.heartbeat;
      const phase = isSilent ? silentPhase(entry.phase) : entry.phase;
      return {
        entry,
        phase,
        phaseSince: phase === entry.phase ? heard - entry.phaseFor : heard,
        readySince: heard - entry.readyFor,
        heard,
      };
    });
  }

  /**
   * Until when silence says something about an instance: until something was heard of any instance, such as of this one. When
   * no instance is heard, the store may be silent, which it notices only after a while.
   */
  #listenedUntil(now: number): number {
    const { isConnected } = this.#connection;
    return isConnected ? Math.max(this.#lastHeard, now - SILENCE_NOTICED) : this.#lastHeard;
  }

  /** The other instances of a service, and for how long the store has been away, in milliseconds. */
  peersOf(service: string, instance: string, now = elapsed()): PeerNews {
    const { isConnected, since } = this.#connection;
    return {
      peers: this.instances(now).filter(({ entry }) => entry.service === service && entry.instance !== instance),
      storeAway: isConnected ? 0 : since === undefined ? Infinity : now - since,
    };
  }

  /** This process was frozen for so long: what it did not hear meanwhile says nothing about the others. */
  excuse(milliseconds: number): void {
    for (const known of this.#known.values()) known.heard += milliseconds;
    this.#lastHeard += milliseconds;
  }

  #replace(entries: ReadonlyMap<string, string>): void {
    const now = elapsed();
    this.#lastHeard = now;
    for (const key of this.#known.keys()) if (!entries.has(key)) this.#known.delete(key);
    this.#refused.clear();
    for (const [key, value] of entries) this.#hear(key, value, now, true);
  }

  #hear(key: string, value: string, now: number, isSnapshot = false): void {
    const [, service = '', instance = ''] = storeKeyParts(key);
    const entry = readEntry(value, { service, instance }, this.#settings.secret);
    if (typeof entry === 'string') {
      this.#known.delete(key);
      if (this.#refused.size < MOST_REFUSED) this.#refused.set(key, entry);
    } else {
      this.#refused.delete(key);
      const earlier = this.#known.get(key);
      // A snapshot repeats what was known. It is no sign of life.
      const isNews = !isSnapshot || earlier?.entry.boot !== entry.boot || earlier.entry.beat !== entry.beat;
      this.#known.set(key, { entry, heard: isNews ? now : (earlier?.heard ?? now) });
    }
    if (isSnapshot) return;
    this.#lastHeard = now;
  }

  #forget(key: string): void {
    this.#known.delete(key);
    this.#refused.delete(key);
  }

  #connect(): void {
    const now = elapsed();
    this.excuse(now - this.#lastHeard);
    this.#connection = { isConnected: true, since: now, error: undefined };
  }

  #disconnect(error: string): void {
    const { isConnected, since } = this.#connection;
    this.#connection = { isConnected: false, since: isConnected ? elapsed() : since, error };
  }
}

/** An instance that was going away and is silent has gone. */
function silentPhase(phase: WrittenPhase): FleetPhase {
  return phase === 'draining' || phase === 'left' ? 'left' : 'lost';
}
