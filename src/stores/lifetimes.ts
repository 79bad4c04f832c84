import { elapsed } from '../core/moment.js';

/** Milliseconds between two rounds, and for which an expired entry is kept at least, so that slow watches have noticed the expiry. */
const ROUND = 60_000;
/** The number of processes that discard one entry in one round, on average. */
const DISCARDS = 3;
/** Rounds after which another process has discarded an entry, with a probability close to one. */
const MOST_ROUNDS = 10;
const MOST_IN_ROUND = 100;
/** Milliseconds for which a discarded entry is remembered. */
const REMEMBERED = 3_600_000;

interface Lifetime {
  /** The revision in the store: a number that changes with each write. */
  readonly revision: number;
  /** Monotonic milliseconds. */
  readonly deadline: number;
  rounds: number;
}

/**
 * The lifetimes of the entries of one collection, in a store that does not expire single keys: this process counts from the moment
 * at which it first saw a revision. They outlast a lost connection, so an entry that has expired does not come back.
 *
 * Every process also discards expired entries. In each round about three processes discard an entry, chosen at random. The number of
 * entries is the estimate of the number of processes.
 */
export class Lifetimes {
  readonly #lifetimes = new Map<string, Lifetime>();
  readonly #discard: (name: string, revision: number) => Promise<unknown>;

  /** `discard` removes an entry if it still has this revision. */
  constructor(discard: (name: string, revision: number) => Promise<unknown>) {
    this.#discard = discard;
  }

  /**
   * Records an entry that was received. `expiresIn`: milliseconds; undefined: the entry does not expire. Returns the time that is
   * left, which is not positive for an entry that has expired.
   */
  set(name: string, revision: number, expiresIn: number | undefined): number | undefined {
    if (expiresIn === undefined) {
      this.#lifetimes.delete(name);
      return undefined;
    }
    const known = this.#lifetimes.get(name);
    if (known?.revision === revision) return known.deadline - elapsed();
    this.#lifetimes.set(name, { revision, deadline: elapsed() + expiresIn, rounds: 0 });
    return expiresIn;
  }

  /** Forgets the entries that the store does not have any more. */
  retain(names: ReadonlySet<string>): void {
    for (const name of this.#lifetimes.keys()) if (!names.has(name)) this.#lifetimes.delete(name);
  }

  /** Discards expired entries until the returned function is called. */
  startDiscarding(): () => void {
    const timer = setInterval(() => this.#discardSome(), ROUND);
    timer.unref();
    return () => clearInterval(timer);
  }

  #discardSome(): void {
    const due = elapsed() - ROUND;
    const share = DISCARDS / Math.max(1, this.#lifetimes.size);
    let count = 0;
    for (const [name, lifetime] of this.#lifetimes) {
      if (lifetime.deadline > due) continue;
      if (lifetime.rounds > MOST_ROUNDS) {
        if (lifetime.deadline < due - REMEMBERED) this.#lifetimes.delete(name);
        continue;
      }
      lifetime.rounds += 1;
      if (count >= MOST_IN_ROUND || Math.random() >= share) continue;
      count += 1;
      lifetime.rounds = Infinity;
      // A user who may only read is refused; another process discards the entry.
      this.#discard(name, lifetime.revision).catch(() => undefined);
    }
  }
}
