import type { HealthReport } from '../../src/core/report.js';
import type { HealthStatus } from '../../src/core/status.js';
import type { HealthMonitor, HealthRun } from '../../src/extension/health-monitor.js';
import { type FleetEntry, writeEntry } from '../../src/fleet/fleet-entry.js';
import { Roster } from '../../src/fleet/roster.js';
import { FleetUnreadyLimit } from '../../src/fleet/fleet-unready-limit.js';
import type { StoreBackend } from '../../src/stores/store-backend.js';
import { storeOf } from '../../src/stores/store-of.js';
import { SeverableBackend } from './severable-backend.js';

const STORE_TIMEOUT = 2000;
const HEARTBEAT = 5000;
const COLLECTION = 'fleet.test';

export interface LoadedOptions {
  readonly index: number;
  readonly maxUnready: number;
  /** How long the next entry takes to the store, in milliseconds. Undefined: it is lost. */
  readonly writeTakes?: () => number | undefined;
  /** For how long it is DEGRADED before it would leave, in milliseconds. Default: 10,000. */
  readonly hold?: number;
}

/** A simulated instance with an indicator of overload and `maxUnready`. The test runs its check. */
export class LoadedInstance {
  readonly connection: SeverableBackend;
  readonly limit: FleetUnreadyLimit;
  /** A limit of `down` is exceeded. */
  isOverloaded = false;
  /** It is unready for another reason. */
  isBroken = false;
  isAlive = true;
  /** Its status stays DOWN after a recovery, as with a high `successThreshold`. */
  isShownLonger = false;
  /** The status of the indicator, and why the instance stays in rotation. */
  shown: HealthStatus = 'UP';
  because: string | undefined;
  readonly #options: LoadedOptions;
  readonly #shared: StoreBackend;
  readonly #roster: Roster;
  readonly #end: () => void;
  #overloadedSince: number | undefined;
  #record: (run: HealthRun) => unknown = () => undefined;
  #override: () => unknown = () => undefined;
  #written = '';
  #writesAgainAt = 0;
  #isWriting = false;
  #beat = 0;

  constructor(shared: StoreBackend, options: LoadedOptions) {
    this.#shared = shared;
    this.#options = options;
    this.connection = new SeverableBackend(shared);
    const store = storeOf(this.connection, STORE_TIMEOUT);
    this.#roster = new Roster({ store, collection: COLLECTION, secret: undefined });
    this.#roster.follow();
    const { maxUnready } = options;
    this.limit = new FleetUnreadyLimit({
      store,
      collection: 'fleet-places.test',
      service: 'orders',
      instance: this.name,
      roster: this.#roster,
      maxUnready,
    });
    this.#end = this.limit.follow(this.#monitor());
  }

  get name(): string {
    return `pod-${String(this.#options.index).padStart(4, '0')}`;
  }

  get isOut(): boolean {
    return this.shown === 'DOWN' || this.isBroken;
  }

  /** Runs the check once, and writes the entry if it has changed or the heartbeat is due. */
  run(): void {
    if (!this.isAlive || this.shown === 'SKIPPED') return;
    const status = this.#check();
    this.shown = this.isShownLonger && this.shown === 'DOWN' ? 'DOWN' : status;
    this.#record({ indicator: 'overload', status: this.shown } as HealthRun);
    void this.#write();
  }

  /** An operator disables the indicator. */
  disable(): void {
    this.shown = 'SKIPPED';
    this.#override();
  }

  /** SIGKILL: nothing is given back. */
  kill(): void {
    this.isAlive = false;
    this.shown = 'UNKNOWN';
    this.connection.sever();
  }

  stop(): void {
    this.isAlive = false;
    this.#end();
    this.#roster.close();
  }

  #check(): HealthStatus {
    this.because = undefined;
    if (!this.isOverloaded) {
      this.#overloadedSince = undefined;
      this.limit.recovered('overload');
      return 'UP';
    }
    const { hold = 10_000 } = this.#options;
    const now = performance.now();
    this.#overloadedSince ??= now;
    const since = this.#overloadedSince + hold;
    if (now < since) return 'DEGRADED';
    this.because = this.limit.refusal('overload', since);
    return this.because === undefined ? 'DOWN' : 'DEGRADED';
  }

  /** Like the announcer, one write after the other. */
  async #write(): Promise<void> {
    const now = performance.now();
    const text = `${this.shown} ${this.isBroken}`;
    if (this.#isWriting || (text === this.#written && now < this.#writesAgainAt)) return;
    this.#written = text;
    this.#writesAgainAt = now + HEARTBEAT;
    this.#isWriting = true;
    const place = { collection: COLLECTION, name: `orders/${this.name}` };
    const value = writeEntry(`${place.collection}/${place.name}`, this.#entry(), undefined);
    const takes = this.#options.writeTakes ? this.#options.writeTakes() : 0;
    if (takes !== 0) await new Promise((resolve) => setTimeout(resolve, takes ?? STORE_TIMEOUT));
    if (takes !== undefined && this.isAlive) {
      const entry = { ...place, value, expiresIn: 3_600_000 };
      await this.#shared.put(entry, new AbortController().signal).catch(() => undefined);
    }
    this.#isWriting = false;
  }

  #entry(): FleetEntry {
    this.#beat += 1;
    return {
      service: 'orders',
      instance: this.name,
      boot: 'a',
      beat: this.#beat,
      heartbeat: HEARTBEAT,
      version: undefined,
      commit: undefined,
      phase: 'accepting',
      phaseFor: 0,
      ready: this.isOut ? 'DOWN' : 'UP',
      readyFor: 0,
      wasReady: true,
      checks: { overload: this.shown },
    };
  }

  #monitor(): Pick<HealthMonitor, 'onRun' | 'onOverride' | 'onRemoved' | 'peek'> {
    const none = (): (() => void) => () => undefined;
    return {
      onRun: (listener) => {
        this.#record = listener;
        return none();
      },
      onOverride: (listener) => {
        this.#override = listener as () => unknown;
        return none();
      },
      onRemoved: none,
      peek: () => ({ details: { overload: { status: this.shown } } }) as unknown as HealthReport,
    };
  }
}
