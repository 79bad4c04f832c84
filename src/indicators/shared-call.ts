import { raceAbort } from '../core/async.js';
import { elapsed } from '../core/moment.js';

interface Call<T> {
  readonly result: Promise<T>;
  /** Monotonic milliseconds. */
  readonly began: number;
}

/** Milliseconds after which a call that has not ended counts as lost. */
const LOST_AFTER = 10_000;
/** A hanging call occupies a thread, and Node has four of them by default. */
const MOST_UNFINISHED = 2;

/**
 * Work that cannot be cancelled after the operating system has begun it: a name lookup, a call to a file system that
 * hangs. A run that times out stops waiting. The next run waits for the same call instead of beginning another one.
 *
 * A call may never end, for example on a network file system that was unmounted. So after ten seconds a second call may
 * begin beside it, and its result counts. Not more than two calls are unfinished at a time.
 */
export class SharedCall<T> {
  readonly #work: () => Promise<T>;
  #latest: Call<T> | undefined;
  #unfinished = 0;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** Rejects with the reason of the signal when the signal is aborted. */
  async run(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const call = this.#latest && !this.#isReplaceable(this.#latest) ? this.#latest : this.#begin();
    return raceAbort(call.result, signal);
  }

  #isReplaceable({ began }: Call<T>): boolean {
    return this.#unfinished < MOST_UNFINISHED && elapsed() - began >= LOST_AFTER;
  }

  #begin(): Call<T> {
    this.#unfinished += 1;
    const result = this.#work().finally(() => {
      this.#unfinished -= 1;
      if (this.#latest === call) this.#latest = undefined;
    });
    const call = { result, began: elapsed() };
    this.#latest = call;
    return call;
  }
}
