import { linkedAbort, onAbort, raceAbort, sleep } from '../../core/async.js';
import { elapsed } from '../../core/moment.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { CollectionSink, SnapshotEntry } from '../store-backend.js';
import { limited } from '../store-calls.js';
import { type Change, readChange, readSnapshot } from './collection-messages.js';
import type { Link } from './link.js';
import type { CollectionKeys } from './collection-keys.js';
import { REVISION, SNAPSHOT } from './scripts.js';

/** Milliseconds between two requests for the revision, which show whether the server responds and whether messages are missed. */
const CHECK_PERIOD = 5000;
/** Milliseconds within which the message of a new revision arrives. */
const SETTLING_TIME = 1000;
/** Milliseconds between two snapshots at least, while messages are missed again and again. */
const SHORTEST_SNAPSHOT_PERIOD = 1000;
/** Milliseconds. Changes that other tools made without a message are noticed after this time. */
const SNAPSHOT_PERIOD = 300_000;
/** Checks in a row that may find that messages were missed. After one more, the subscription is made again. */
const MOST_MISSED = 1;
/** Messages that arrive during a snapshot and are kept. More of them cause another snapshot. */
const MOST_WAITING = 10_000;

/** Follows the changes of one collection over one subscription: a snapshot, then each message in the order of its revision. */
export class CollectionFeed {
  readonly #link: Link;
  readonly #keys: CollectionKeys;
  readonly #sink: CollectionSink;
  readonly #timeout: number;
  /** The revision that the sink has. NaN: the collection has none. */
  #revision = Number.NaN;
  #waiting: Change[] | undefined;
  #isSnapshotNeeded = false;
  #nextSnapshot = 0;
  #wake = (): void => undefined;

  /** `timeout`: milliseconds for the subscription, and for each request. */
  constructor(link: Link, keys: CollectionKeys, sink: CollectionSink, timeout: number) {
    this.#link = link;
    this.#keys = keys;
    this.#sink = sink;
    this.#timeout = timeout;
  }

  /** Rejects when the connection is lost, when the server does not respond in time, or when `signal` is aborted. */
  async follow(signal: AbortSignal): Promise<void> {
    const ended = linkedAbort(signal);
    try {
      await this.#followUntil(ended.signal, ended.abort);
    } finally {
      ended.release();
    }
  }

  async #followUntil(ended: AbortSignal, onLost: (error: unknown) => void): Promise<void> {
    const listeners = {
      onMessage: (message: string) => this.#receive(message),
      onLost,
    };
    // The first request shows at once whether the client has a connection.
    await this.#ask(REVISION, [this.#keys.revision], ended);
    this.#waiting = [];
    const unsubscribe = await limited(this.#timeout, ended, (limit) =>
      this.#link.subscribe(this.#keys.changes, listeners, limit),
    );
    try {
      await this.#takeSnapshot(ended);
      let missed = 0;
      for (;;) {
        await this.#pause(ended);
        ended.throwIfAborted();
        if (!this.#isSnapshotNeeded && elapsed() < this.#nextSnapshot) {
          if (await this.#isCurrent(ended)) missed = 0;
          else missed += 1;
          if (missed === 0) continue;
          if (missed > MOST_MISSED) throw new HealthCheckError('changes are not received');
        }
        await this.#takeSnapshot(ended);
      }
    } finally {
      unsubscribe();
    }
  }

  #receive(message: string): void {
    const change = readChange(message);
    if (!change) {
      // Another tool has requested a snapshot.
      this.#isSnapshotNeeded = true;
      this.#wake();
      return;
    }
    if (!this.#waiting) {
      this.#apply(change);
      return;
    }
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(change);
    else this.#isSnapshotNeeded = true;
  }

  #apply(change: Change): void {
    if (change.revision <= this.#revision) return;
    if (this.#isSnapshotNeeded || change.revision !== this.#revision + 1) {
      this.#isSnapshotNeeded = true;
      this.#wake();
      return;
    }
    this.#revision = change.revision;
    if (change.value === undefined) this.#sink.remove(change.name);
    else this.#sink.put(change.name, change.value, change.expiresIn);
  }

  async #takeSnapshot(ended: AbortSignal): Promise<void> {
    this.#waiting ??= [];
    this.#isSnapshotNeeded = false;
    const { values, expiry, revision } = this.#keys;
    const reply = await this.#ask(SNAPSHOT, [values, expiry, revision], ended);
    const snapshot = readSnapshot(reply);
    this.#revision = snapshot.revision;
    this.#nextSnapshot = elapsed() + SNAPSHOT_PERIOD * (0.75 + Math.random() / 2);
    this.#sink.snapshot(snapshot.entries satisfies ReadonlyMap<string, SnapshotEntry>);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const change of waiting) this.#apply(change);
    if (this.#isSnapshotNeeded) await sleep(SHORTEST_SNAPSHOT_PERIOD, ended);
  }

  /** Whether every change of the server has arrived here. */
  async #isCurrent(ended: AbortSignal): Promise<boolean> {
    const before = this.#revision;
    const reply = await this.#ask(REVISION, [this.#keys.revision], ended);
    const revision = reply === '' ? Number.NaN : Number(reply);
    if (Number.isNaN(revision)) return Number.isNaN(before);
    // A smaller one: the server has lost its data.
    if (revision < before) return false;
    if (this.#revision >= revision) return true;
    await sleep(SETTLING_TIME, ended);
    return this.#revision >= revision;
  }

  async #pause(ended: AbortSignal): Promise<void> {
    if (this.#isSnapshotNeeded) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const removeListener = onAbort(ended, this.#wake);
    await sleep(CHECK_PERIOD, woken.signal);
    removeListener();
    this.#wake = () => undefined;
  }

  #ask(script: string, keys: readonly string[], ended: AbortSignal): Promise<unknown> {
    return limited(this.#timeout, ended, (limit) =>
      raceAbort(this.#link.send(keys[0] ?? '', ['EVAL', script, `${keys.length}`, ...keys], limit), limit),
    );
  }
}
