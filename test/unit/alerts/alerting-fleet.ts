import type { Alert } from '../../../src/alerts/alert.js';
import { AlertTracker } from '../../../src/alerts/alert-tracker.js';
import { Delivery, RefusedError } from '../../../src/alerts/delivery.js';
import { FleetChannel } from '../../../src/alerts/fleet/fleet-channel.js';
import { raceAbort } from '../../../src/core/async.js';
import { elapsed } from '../../../src/core/moment.js';
import type { HealthStatus } from '../../../src/core/status.js';
import { type FleetEntry, type WrittenPhase, writeEntry } from '../../../src/fleet/fleet-entry.js';
import { FleetTopics } from '../../../src/fleet/fleet-topics.js';
import { Roster } from '../../../src/fleet/roster.js';
import type { HealthStore } from '../../../src/stores/health-store.js';
import { MemoryBackend } from '../../../src/stores/memory/memory-backend.js';
import { storeKey } from '../../../src/stores/store-key.js';
import { storeOf } from '../../../src/stores/store-of.js';
import { advance } from '../../support/fake-clock.js';
import { never } from '../../support/latch.js';
import { SeverableBackend } from '../../support/severable-backend.js';

const HEARTBEAT = 5000;
const STORE_TIMEOUT = 2000;
const COLLECTION = 'fleet.test';
const SUBJECT = { kind: 'indicator', name: 'database' } as const;

/** A message that the receiver has accepted. */
export interface Sent {
  readonly by: string;
  readonly alert: Alert;
  readonly at: number;
}

/** One simulated process, which checks `database`. */
export class Instance {
  readonly name: string;
  readonly connection: SeverableBackend;
  readonly channel: FleetChannel;
  readonly #fleet: AlertingFleet;
  readonly #store: HealthStore;
  readonly #roster: Roster;
  readonly #delivery: Delivery;
  readonly #tracker: AlertTracker;
  readonly #heartbeat: NodeJS.Timeout;
  /** The messages that `AlertTracker` would have sent without a fleet. */
  readonly outages: Alert[] = [];
  isAlive = true;
  /** The number of earlier processes with this name. */
  restarts = 0;
  /** The response of the receiver to this instance. */
  receiver: 'accepts' | 'fails' | 'refuses' | 'hangs' = 'accepts';
  #beat = 0;
  phase: WrittenPhase = 'accepting';
  status: HealthStatus = 'UP';

  constructor(fleet: AlertingFleet, name: string, { debounce, bad, secret, follows }: FleetOptions) {
    this.name = name;
    this.#fleet = fleet;
    this.connection = new SeverableBackend(fleet.backend);
    this.#store = storeOf(this.connection, STORE_TIMEOUT);
    this.#roster = new Roster({ store: this.#store, collection: COLLECTION, secret });
    if (follows) this.#roster.follow();
    const link = new FleetTopics({
      store: this.#store,
      environment: 'test',
      service: 'orders',
      instance: name,
      secret,
      collection: COLLECTION,
      roster: this.#roster,
      counts: () => undefined,
      warn: (line) => fleet.log.push(line),
    });
    this.#delivery = new Delivery({
      receiver: 'https://hooks.example',
      queueSize: 100,
      retries: 3,
      logger: { warn: (line) => fleet.log.push(line), error: (line) => fleet.log.push(line) },
      send: (alert, signal) => this.#send(alert, signal),
    });
    this.channel = new FleetChannel({
      link,
      topic: 'https://hooks.example/secret',
      bad,
      ownStatus: ({ name: subject }) => (subject === SUBJECT.name ? this.status : undefined),
      deliver: (alert, terms) => this.#delivery.push(alert, terms),
    });
    this.#tracker = new AlertTracker(bad, debounce, (alert) => {
      this.outages.push(alert);
      this.channel.add(alert);
    });
    this.#heartbeat = setInterval(() => this.announce(), HEARTBEAT);
    this.announce();
  }

  becomes(status: HealthStatus): void {
    this.status = status;
    const at = { elapsed: elapsed(), wall: Date.now() };
    const error = status === 'UP' ? {} : { error: 'connection refused', code: 'ECONNREFUSED' };
    this.#tracker.observe({ subject: SUBJECT, status, critical: true, at, ...error });
    this.announce();
  }

  announce(): void {
    const { secret } = this.#fleet.options;
    this.#beat += 1;
    const entry: FleetEntry = {
      service: 'orders',
      instance: this.name,
      boot: this.name,
      beat: this.#beat,
      heartbeat: HEARTBEAT,
      version: '1.0.0',
      commit: undefined,
      phase: this.phase,
      phaseFor: 0,
      ready: this.status,
      readyFor: 0,
      wasReady: true,
      checks: { database: this.status },
    };
    const key = storeKey(COLLECTION, 'orders', this.name);
    this.#store.put(key, writeEntry(key, entry, secret), { expiresIn: 3_600_000 }).catch(() => undefined);
  }

  /** A new process with the same name. */
  again(): Instance {
    const next = new Instance(this.#fleet, this.name, this.#fleet.options);
    next.restarts = this.restarts + 1;
    return next;
  }

  /** Like SIGKILL: the process sends nothing more. */
  kill(): void {
    this.isAlive = false;
    this.connection.sever();
    clearInterval(this.#heartbeat);
  }

  /** The drain, and the end of the process. */
  async drain(): Promise<void> {
    this.phase = 'draining';
    this.announce();
    this.#tracker.close();
    this.channel.retire();
    await advance(5000);
    await this.stop();
    this.phase = 'left';
    this.announce();
    clearInterval(this.#heartbeat);
    this.isAlive = false;
  }

  async stop(): Promise<void> {
    this.#tracker.stop();
    this.channel.finish();
    await this.#delivery.finish(1000);
    await this.channel.stop();
    this.#roster.close();
    clearInterval(this.#heartbeat);
  }

  async #send(alert: Alert, signal: AbortSignal): Promise<void> {
    if (!this.isAlive) await raceAbort(never(), signal);
    this.#fleet.attempts.push(this.name);
    if (this.receiver === 'hangs') await raceAbort(never(), signal);
    if (this.receiver === 'fails') throw new Error('ECONNREFUSED');
    if (this.receiver === 'refuses') throw new RefusedError('HTTP status 400', true);
    this.#fleet.sent.push({ by: this.name, alert, at: elapsed() });
  }
}

interface FleetOptions {
  readonly debounce: number;
  readonly bad: readonly HealthStatus[];
  readonly secret: string | undefined;
  /** Whether the instances follow the entries of each other all the time. */
  readonly follows: boolean;
}

/** Several processes with a shared store and a shared receiver of alerts. */
export class AlertingFleet {
  readonly backend = new MemoryBackend(STORE_TIMEOUT);
  readonly sent: Sent[] = [];
  /** The instances that attempted to send, in order. */
  readonly attempts: string[] = [];
  readonly log: string[] = [];
  readonly instances: Instance[] = [];
  readonly options: FleetOptions;

  constructor(count: number, options: Partial<FleetOptions> = {}) {
    this.options = {
      debounce: 1000,
      bad: ['DOWN', 'OUT_OF_SERVICE', 'UNKNOWN'],
      secret: undefined,
      follows: true,
      ...options,
    };
    for (let index = 1; index <= count; index += 1) this.add(`orders-${index}`);
  }

  add(name: string): Instance {
    const added = new Instance(this, name, this.options);
    this.instances.push(added);
    return added;
  }

  /** All instances change to this status, one after another. */
  async become(status: HealthStatus, instances: readonly Instance[] = this.instances, gap = 300): Promise<void> {
    for (const instance of instances) {
      if (instance.isAlive) instance.becomes(status);
      await advance(gap);
    }
  }

  /** `down 3/5`, `up 3/5`; for messages of a single instance `down orders-1`. */
  get messages(): string[] {
    return this.sent.map(({ by, alert: { event, instances } }) =>
      instances ? `${event} ${instances.affected}/${instances.total ?? '?'}` : `${event} ${by}`,
    );
  }

  /** The instance that has sent the latest message. */
  get sender(): Instance {
    const name = this.sent.at(-1)?.by;
    const found = this.instances.findLast((instance) => instance.name === name);
    if (!found) throw new Error('no message was sent');
    return found;
  }

  get others(): Instance[] {
    return this.instances.filter((instance) => instance !== this.sender);
  }

  async stop(): Promise<void> {
    const stopping = Promise.all(this.instances.map((instance) => instance.stop()));
    await advance(20_000);
    await stopping;
    // Clears the timer for its expiring entries.
    this.backend.loseData();
  }
}
