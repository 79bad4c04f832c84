import { elapsed } from '../core/moment.js';
import type { HealthStore } from '../stores/health-store.js';
import { storeKey } from '../stores/store-key.js';
import { type WrittenPhase, readEntry } from './fleet-entry.js';
import { type FleetInstance, type FleetPhase, type OwnInstance, isPresent } from './fleet-instance.js';
import { HEARTBEATS_MISSED, type KnownInstance, isRepeated, knownFrom } from './known-instance.js';
import { SignedValues } from './signed-text.js';

/** A refused entry, or an entry that the store ignores because of a limit. */
export interface RefusedEntry {
  readonly key: string;
  readonly because: string;
}

/** Whether the store responds. */
export interface StoreConnection {
  readonly isConnected: boolean;
  /** Start of the current state, on the monotonic clock. Undefined: never connected so far. */
  readonly since: number | undefined;
  readonly error: string | undefined;
}

/** The known state of the other instances at one moment. */
export interface PeerState {
  /** The other instances of the same service. */
  readonly peers: readonly FleetInstance[];
  /** Milliseconds since when the store is unavailable. 0: it responds. */
  readonly storeUnavailableFor: number;
}

/** Milliseconds within which every store detects a silent connection. */
const SILENCE_NOTICED = 10_000;
/** The most refused entries that are listed, and that are counted. */
const MOST_LISTED = 20;
const MOST_REFUSED = 1000;

export interface RosterSettings {
  readonly store: Pick<HealthStore, 'watch'>;
  /** The collection of the environment, as `collectionOf()` returns it. */
  readonly collection: string;
  readonly secret: string | undefined;
  /** Called after each change, except for heartbeats without a change. Default: none. */
  readonly onChange?: () => void;
  /** The instance of this process, which is known without the store. Default: this process is no instance. */
  readonly own?: () => OwnInstance;
  /** Receives the message of a failure that does not end the connection, such as entries beyond a limit. Default: none. */
  readonly onFailure?: (message: string) => void;
}

/** The instances of the fleet, from the entries that they write into the store. */
export class Roster {
  readonly #settings: RosterSettings;
  readonly #known = new Map<string, KnownInstance>();
  readonly #refused = new Map<string, string>();
  readonly #values: SignedValues;
  /** Entries that the store ignores because of a limit, with the reason of each. */
  #ignored: ReadonlyMap<string, string> = new Map();
  #end: (() => void) | undefined;
  #isClosed = false;
  #hasSnapshot = false;
  /** Time of the last entry of any instance, on the monotonic clock. */
  #lastEntryAt = elapsed();
  #connection: StoreConnection = { isConnected: false, since: undefined, error: undefined };

  constructor(settings: RosterSettings) {
    this.#settings = settings;
    this.#values = new SignedValues(settings.secret);
  }

  /** Starts to watch the entries of all instances. Later calls, and calls after `close()`, have no effect. */
  follow(): void {
    if (this.#isClosed) return;
    const { store, collection } = this.#settings;
    this.#end ??= store.watch(`${storeKey(collection)}/`, {
      snapshot: (entries) => this.#replace(entries),
      put: (key, value) => this.#receive(key, value, elapsed()),
      removed: (key) => this.#forget(key),
      connected: () => this.#connect(),
      disconnected: (error) => this.#disconnect(error.message),
      failed: ({ message }) => this.#settings.onFailure?.(message),
      ignored: (entries) => this.#ignore(entries),
      trusts: (key, value) => this.#values.isGenuine(key, value),
    });
  }

  get isFollowing(): boolean {
    return this.#end !== undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#end?.();
  }

  get connection(): StoreConnection {
    return this.#connection;
  }

  /** Whether a first snapshot of the store has arrived. */
  get hasSnapshot(): boolean {
    return this.#hasSnapshot;
  }

  /** Entries that are malformed, not signed, written for another key, or beyond a limit of the store. At most 20. */
  get refused(): readonly RefusedEntry[] {
    return [...this.#allRefused()].slice(0, MOST_LISTED).map(([key, because]) => ({ key, because }));
  }

  /** How many more entries are refused. At most 2000 are counted. */
  get refusedMore(): number {
    return Math.max(0, this.#allRefused().size - MOST_LISTED);
  }

  /** The current state of the instances, including the instance of this process. */
  instances(now = elapsed()): FleetInstance[] {
    const own = this.#settings.own?.();
    if (!own) return this.#received(now);
    const { service, instance } = own.entry;
    const written = this.#known.get(storeKey(this.#settings.collection, service, instance));
    return [{ ...own, phase: own.entry.phase, lastSeen: now }, ...this.#received(now, (known) => known !== written)];
  }

  /** The current state of the instances, from the entries of the store. */
  #received(now: number, includes: (known: KnownInstance) => boolean = () => true): FleetInstance[] {
    const confirmedUntil = this.#silenceCountsUntil(now);
    const received: FleetInstance[] = [];
    for (const known of this.#known.values()) if (includes(known)) received.push(stateAt(known, confirmedUntil));
    return received;
  }

  /** Whether each present instance has written since this process began to watch. Otherwise its entry may be stale. */
  isConfirmed(now = elapsed()): boolean {
    const confirmedUntil = this.#silenceCountsUntil(now);
    return [...this.#known.values()].every(
      (known) => known.isAlive || !isPresent(stateAt(known, confirmedUntil).phase),
    );
  }

  /**
   * Time until which a missing heartbeat counts. It is the time of the last entry of any instance, because without entries the
   * store itself may be silent.
   */
  #silenceCountsUntil(now: number): number {
    const { isConnected } = this.#connection;
    return isConnected ? Math.max(this.#lastEntryAt, now - SILENCE_NOTICED) : this.#lastEntryAt;
  }

  /** The other instances of a service, and the duration for which the store has been unavailable. */
  peersOf(service: string, instance: string, now = elapsed()): PeerState {
    const { isConnected, since } = this.#connection;
    return {
      // Without the own state: it depends on decisions about the peers.
      peers: this.#received(now, ({ entry }) => entry.service === service && entry.instance !== instance),
      storeUnavailableFor: isConnected ? 0 : since === undefined ? Infinity : now - since,
    };
  }

  /** Excludes a time in which this process was frozen: it missed the heartbeats of the others. */
  excludePause(milliseconds: number): void {
    for (const known of this.#known.values()) known.lastSeen += milliseconds;
    this.#lastEntryAt += milliseconds;
  }

  #replace(entries: ReadonlyMap<string, string>): void {
    const now = elapsed();
    this.#lastEntryAt = now;
    this.#hasSnapshot = true;
    for (const key of this.#known.keys()) if (!entries.has(key)) this.#known.delete(key);
    this.#refused.clear();
    for (const [key, value] of entries) this.#receive(key, value, now, true);
    this.#changed();
  }

  #receive(key: string, value: string, now: number, isSnapshot = false): void {
    const earlier = this.#known.get(key);
    const entry = readEntry(key, this.#values.read(key, value), earlier?.entry);
    let isChange = true;
    if (typeof entry === 'string') {
      this.#known.delete(key);
      if (this.#refused.size < MOST_REFUSED) this.#refused.set(key, entry);
    } else {
      this.#refused.delete(key);
      const known = knownFrom(entry, earlier, now, isSnapshot);
      this.#known.set(key, known);
      isChange = !earlier || !isRepeated(earlier, known);
    }
    if (isSnapshot) return;
    this.#lastEntryAt = now;
    if (isChange) this.#changed();
  }

  #allRefused(): ReadonlyMap<string, string> {
    return this.#ignored.size === 0 ? this.#refused : new Map([...this.#refused, ...this.#ignored]);
  }

  #ignore(entries: ReadonlyMap<string, string>): void {
    this.#ignored = entries;
    this.#changed();
  }

  #changed(): void {
    this.#settings.onChange?.();
  }

  #forget(key: string): void {
    this.#known.delete(key);
    this.#refused.delete(key);
    this.#changed();
  }

  #connect(): void {
    const now = elapsed();
    this.excludePause(now - this.#lastEntryAt);
    this.#connection = { isConnected: true, since: now, error: undefined };
    this.#changed();
  }

  #disconnect(error: string): void {
    const { isConnected, since } = this.#connection;
    this.#connection = { isConnected: false, since: isConnected ? elapsed() : since, error };
    this.#changed();
  }
}

/** The state of an instance. `confirmedUntil`: the time until which a missing heartbeat counts. */
function stateAt(known: KnownInstance, confirmedUntil: number): FleetInstance {
  const { entry, lastSeen, phaseSince } = known;
  // Without a copy, because the states of all instances are compared every second.
  if (confirmedUntil - lastSeen <= HEARTBEATS_MISSED * entry.heartbeat) return known;
  const phase = silentPhase(entry.phase);
  return { ...known, phase, phaseSince: phase === entry.phase ? phaseSince : lastSeen };
}

/** A silent instance has left if its last phase was draining or left. Otherwise it is lost. */
function silentPhase(phase: WrittenPhase): FleetPhase {
  return phase === 'draining' || phase === 'left' ? 'left' : 'lost';
}
