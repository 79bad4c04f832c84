import { CheckHistory } from '../../src/core/check-history.js';
import type { CheckRunner } from '../../src/core/check-runner.js';
import type { SharedQuorum } from '../../src/core/check.js';
import { elapsed, moment } from '../../src/core/moment.js';
import { toleratedBecause } from '../../src/core/shared-outages.js';
import type { HealthMonitor, HealthRun } from '../../src/extension/health-monitor.js';
import { writeEntry } from '../../src/fleet/fleet-entry.js';
import { PeerOutages } from '../../src/fleet/peer-outages.js';
import { Roster } from '../../src/fleet/roster.js';
import { HealthCheckError } from '../../src/errors/health-check.error.js';
import type { StoreObserver } from '../../src/stores/health-store.js';
import { storeKey } from '../../src/stores/store-key.js';

/** Milliseconds between two runs of a check. */
export const STEP = 250;
const HEARTBEAT = 5000;
const COLLECTION = 'fleet.test';
const DATABASE = 'database';

/** How the network treats one message. The index of the sender, and of the receiver: undefined for the store. */
export interface Network {
  /** Milliseconds. */
  delay(from: number, to: number): number;
  isLost(from: number, to: number): boolean;
}

interface Connection {
  readonly deliveries: { readonly due: number; readonly deliver: () => void }[];
  observer: StoreObserver | undefined;
  isCut: boolean;
}

/** A store that delivers each change to each instance after a time of its own, in order, or loses it. */
class SimulatedStore {
  readonly #network: Network;
  readonly #entries = new Map<string, string>();
  readonly #connections = new Map<number, Connection>();

  constructor(network: Network) {
    this.#network = network;
  }

  watch(instance: number, observer: StoreObserver): () => void {
    const connection: Connection = { deliveries: [], observer, isCut: false };
    this.#connections.set(instance, connection);
    this.#greet(connection);
    return () => {
      connection.observer = undefined;
    };
  }

  write(from: number, key: string, value: string): void {
    if (this.#of(from).isCut) return;
    this.#entries.set(key, value);
    for (const [to, connection] of this.#connections) {
      if (connection.isCut || this.#network.isLost(from, to)) continue;
      const earliest = connection.deliveries.at(-1)?.due ?? 0;
      const due = Math.max(earliest, elapsed() + this.#network.delay(from, to));
      connection.deliveries.push({ due, deliver: () => connection.observer?.put(key, value) });
    }
  }

  /** The connection of one instance breaks, which the instance notices at once. */
  cut(instance: number): void {
    const connection = this.#of(instance);
    if (connection.isCut) return;
    connection.isCut = true;
    connection.deliveries.length = 0;
    connection.observer?.disconnected?.(new HealthCheckError('connection reset'));
  }

  mend(instance: number): void {
    const connection = this.#of(instance);
    if (!connection.isCut) return;
    connection.isCut = false;
    this.#greet(connection);
  }

  deliver(): void {
    for (const { deliveries } of this.#connections.values()) {
      while (deliveries[0] && deliveries[0].due <= elapsed()) deliveries.shift()?.deliver();
    }
  }

  #greet({ observer }: Connection): void {
    observer?.connected?.();
    observer?.snapshot(new Map(this.#entries));
  }

  #of(instance: number): Connection {
    return this.#connections.get(instance) as Connection;
  }
}

/** One instance: the real history of its check, the real roster and the real decision. */
export class PeerInstance {
  /** Whether its check fails. */
  fails = false;
  isAlive = true;
  /** A balancer would use it. */
  isReady = false;
  because: string | undefined;
  wasReady = false;
  readonly index: number;
  readonly #quorum: SharedQuorum;
  readonly #store: SimulatedStore;
  #history = new CheckHistory();
  #roster: Roster;
  #outages: PeerOutages;
  #boot = 1;
  #beat = 0;
  #record: (run: HealthRun) => unknown = () => undefined;
  #written = '';
  #writesAgainAt = 0;

  constructor(store: SimulatedStore, index: number, quorum: SharedQuorum) {
    this.#store = store;
    this.index = index;
    this.#quorum = quorum;
    [this.#roster, this.#outages] = this.#start();
  }

  get name(): string {
    return `pod-${this.index}`;
  }

  /** The process starts again under the same name: it knows nothing, and was not ready. */
  restart(): void {
    this.#roster.close();
    this.#boot += 1;
    this.#history = new CheckHistory();
    this.wasReady = false;
    this.isAlive = true;
    this.#writesAgainAt = 0;
    [this.#roster, this.#outages] = this.#start();
  }

  kill(): void {
    this.isAlive = false;
    this.isReady = false;
    this.#roster.close();
  }

  step(): void {
    if (!this.isAlive) return;
    const status = this.fails ? 'DOWN' : 'UP';
    this.#history.record(
      { outcome: { status }, finished: moment(), took: 1 },
      { failureThreshold: 1, successThreshold: 1 },
    );
    this.#record({ indicator: DATABASE, status } as HealthRun);
    this.because = this.fails ? toleratedBecause(this.#runner(), this.#outages) : undefined;
    this.isReady = !this.fails || this.because !== undefined;
    this.wasReady ||= this.isReady;
    this.#write();
  }

  #start(): [Roster, PeerOutages] {
    const store = { watch: (_prefix: string, observer: StoreObserver) => this.#store.watch(this.index, observer) };
    const roster = new Roster({ store, collection: COLLECTION, secret: undefined });
    roster.follow();
    const outages = new PeerOutages(roster, 'orders', this.name);
    outages.follow({
      onRun: (listener: (run: HealthRun) => unknown) => {
        this.#record = listener;
        return () => undefined;
      },
      onRemoved: () => () => undefined,
    } as unknown as HealthMonitor);
    return [roster, outages];
  }

  #runner(): CheckRunner {
    const definition = { settings: { critical: true, shared: this.#quorum } };
    return { name: DATABASE, definition, history: this.#history } as unknown as CheckRunner;
  }

  /** Like the announcer, at each change and at each heartbeat. */
  #write(): void {
    const now = elapsed();
    const ready = this.fails ? (this.isReady ? 'DEGRADED' : 'DOWN') : 'UP';
    const state = `${this.#boot} ${ready} ${this.fails}`;
    if (state === this.#written && now < this.#writesAgainAt) return;
    this.#written = state;
    this.#writesAgainAt = now + HEARTBEAT;
    this.#beat += 1;
    const entry = {
      service: 'orders',
      instance: this.name,
      boot: `boot-${this.#boot}`,
      beat: this.#beat,
      heartbeat: HEARTBEAT,
      version: undefined,
      commit: undefined,
      phase: 'accepting',
      phaseFor: 0,
      ready,
      readyFor: 0,
      wasReady: this.wasReady,
      checks: { [DATABASE]: this.fails ? 'DOWN' : 'UP' },
    } as const;
    const key = storeKey(COLLECTION, 'orders', this.name);
    this.#store.write(this.index, key, writeEntry(key, entry, undefined));
  }
}

/** The instances of one service with a shared database. The test advances the time by `advance`. */
export class PeerService {
  readonly instances: PeerInstance[];
  readonly #store: SimulatedStore;
  readonly #advance: (milliseconds: number) => void;

  constructor(
    count: number,
    { quorum, network, advance }: { quorum: SharedQuorum; network: Network; advance: (milliseconds: number) => void },
  ) {
    this.#store = new SimulatedStore(network);
    this.#advance = advance;
    this.instances = Array.from({ length: count }, (_, index) => new PeerInstance(this.#store, index, quorum));
  }

  at(index: number): PeerInstance {
    return this.instances[index % this.instances.length] as PeerInstance;
  }

  get out(): number[] {
    return this.instances.filter(({ isAlive, isReady }) => isAlive && !isReady).map(({ index }) => index);
  }

  cut(index: number): void {
    this.#store.cut(index % this.instances.length);
  }

  mend(index: number): void {
    this.#store.mend(index % this.instances.length);
  }

  /** Lets the time pass. `before` and `after` are called for each run of the checks, with the time since the start of the call. */
  pass(
    milliseconds: number,
    { before, after }: { before?: (passed: number) => void; after?: (passed: number) => void } = {},
  ): void {
    for (let passed = 0; passed < milliseconds; passed += STEP) {
      before?.(passed);
      this.#advance(STEP);
      this.#store.deliver();
      for (const instance of this.instances) instance.step();
      after?.(passed);
    }
  }
}
