import { elapsed } from '../../core/moment.js';
import type { FleetLease, FleetTopic } from '../../extension/fleet-link.js';

/** The name of the note in which the sender shows that it is one, and its text when there is none any more. */
const SENDER = 'sender';
const RESIGNED = '';
/** Milliseconds. */
const LEASE = 10_000;
/** Milliseconds between two signs of life of the sender, and after which another instance tries to take over. */
const BEAT = 4000;
const BEAT_KEPT = 60_000;
const SILENT = 12_000;
/** Milliseconds between two attempts to take over, with a random part. */
const CLAIM_PAUSE = 2000;
/** Milliseconds that the first claim waits at most, at random: of a thousand instances, most see that another is the sender. */
const CLAIM_SPREAD = 1000;

export interface SenderLeaseSettings {
  readonly topic: Pick<FleetTopic, 'put' | 'claim'>;
  readonly instance: string;
  readonly taken: () => void;
}

/** The right to send for all instances: a lease, and a note that shows the others that an instance has it. */
export class SenderLease {
  readonly #settings: SenderLeaseSettings;
  #lease: FleetLease | undefined;
  #isClaiming = false;
  #claimAt: number | undefined;
  /** When another instance has last shown that it is the sender. */
  #lastSeen = -Infinity;
  #beatAt = -Infinity;
  #isStopped = false;

  constructor(settings: SenderLeaseSettings) {
    this.#settings = settings;
  }

  receive(name: string, text: string): void {
    if (name !== SENDER || text === this.#settings.instance) return;
    this.#lastSeen = text === RESIGNED ? -Infinity : elapsed();
  }

  get isHeld(): boolean {
    return this.#lease?.isHeld === true;
  }

  /** Whether there is an instance that sends: this one, or another one that has shown so lately. */
  get isServed(): boolean {
    return this.isHeld || elapsed() - this.#lastSeen < SILENT;
  }

  /** Takes the lease soon, unless another instance has shown that it has it. Call it again and again. */
  claim(): void {
    const now = elapsed();
    if (this.#isClaiming || this.#isStopped || now - this.#lastSeen < SILENT) return this.wait();
    this.#claimAt ??= now + Math.random() * CLAIM_SPREAD;
    if (now < this.#claimAt) return;
    this.#claimAt = now + CLAIM_PAUSE * (1 + Math.random());
    void this.#claim();
  }

  /** There is nothing to send: the next claim waits for its turn again. */
  wait(): void {
    this.#claimAt = undefined;
  }

  /** Shows that this instance is the sender. */
  beat(): void {
    if (elapsed() - this.#beatAt < BEAT) return;
    this.#beatAt = elapsed();
    const { topic, instance } = this.#settings;
    topic.put(SENDER, instance, BEAT_KEPT).catch(() => undefined);
  }

  /** The store may have lost the note. */
  connected(): void {
    this.#beatAt = -Infinity;
  }

  /** Gives the lease back, and tells the others, so that they need not wait until this instance has been silent for long. */
  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    if (!lease?.isHeld) return;
    await lease.release();
    await this.#settings.topic.put(SENDER, RESIGNED, BEAT_KEPT).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.release();
  }

  async #claim(): Promise<void> {
    this.#isClaiming = true;
    try {
      const lease = await this.#settings.topic.claim(LEASE);
      if (this.#isStopped) return await lease?.release();
      this.#lease = lease;
      this.#beatAt = -Infinity;
      if (lease) this.#settings.taken();
    } catch {
      // The store is unavailable. The claim is repeated when it is back.
    } finally {
      this.#isClaiming = false;
    }
  }
}
