import { elapsed } from '../../core/moment.js';
import type { FleetLease, FleetTopic } from '../../extension/fleet-link.js';

/** The name of the note with the name of the sender, and the text of that note after the sender has resigned. */
const SENDER = 'sender';
const RESIGNED = '';
/** Milliseconds. */
const LEASE = 10_000;
/** Milliseconds between two writes of the sender's note, and without one after which another instance claims the lease. */
const BEAT = 4000;
const BEAT_KEPT = 60_000;
const SILENT = 12_000;
/** Milliseconds between two claims, plus a random part. */
const CLAIM_PAUSE = 2000;
/** The longest random delay of the first claim, in milliseconds. During it, most of many instances learn that another one is the sender. */
const CLAIM_SPREAD = 1000;

export interface SenderLeaseSettings {
  readonly topic: Pick<FleetTopic, 'put' | 'claim'>;
  readonly instance: string;
  readonly taken: () => void;
}

/** The lease to send for all instances, and a note that shows the other instances which one has it. */
export class SenderLease {
  readonly #settings: SenderLeaseSettings;
  #lease: FleetLease | undefined;
  #isClaiming = false;
  #claimAt: number | undefined;
  /** When the note of another sender was last received. */
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

  /** Whether an instance sends: this one, or another one whose note is recent. */
  get hasSender(): boolean {
    return this.isHeld || elapsed() - this.#lastSeen < SILENT;
  }

  /** Takes the lease after a delay, unless the note of another sender is recent. Call it at each tick. */
  claim(): void {
    const now = elapsed();
    if (this.#isClaiming || this.#isStopped || now - this.#lastSeen < SILENT) return this.wait();
    this.#claimAt ??= now + Math.random() * CLAIM_SPREAD;
    if (now < this.#claimAt) return;
    this.#claimAt = now + CLAIM_PAUSE * (1 + Math.random());
    void this.#claim();
  }

  /** There is nothing to send: the next claim waits for a new random delay. */
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

  /** Gives the lease back, and writes that into the note, so that other instances can claim it at once. */
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
