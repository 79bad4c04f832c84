import { linkedAbort, onAbort, raceAbort } from '../core/async.js';
import { LoopTimer } from '../core/loop-timer.js';
import { elapsed } from '../core/moment.js';
import { HealthCheckTimeoutError } from '../errors/health-check-timeout.error.js';
import { HealthCheckError } from '../errors/health-check.error.js';

/** Calls that may be overdue before further calls are refused. */
const MOST_OVERDUE = 20;
/** Milliseconds between two calls while the limit is reached. */
const PAUSE = 10_000;

/**
 * Settles within the time, or when `signal` is aborted. `begin` gets a signal that is aborted in both cases. Time in which the
 * event loop was blocked does not count.
 */
export async function limited<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  begin: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const limit = linkedAbort(signal ?? new AbortController().signal);
  const timer = new LoopTimer(milliseconds, () => limit.abort(new HealthCheckTimeoutError(milliseconds)));
  const work = async (): Promise<T> => begin(limit.signal);
  try {
    return await raceAbort(work(), limit.signal);
  } finally {
    timer.clear();
    limit.release();
  }
}

/**
 * Calls with a time limit. A call that has timed out may stay in the client, for example while the server is frozen, so the
 * number of such calls is limited. While it is reached, calls are refused, except for one from time to time.
 */
export class StoreCalls {
  readonly #timeout: number;
  #overdue = 0;
  #lastAttempt = -Infinity;

  /** `timeout`: milliseconds. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  async call<T>(signal: AbortSignal | undefined, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#overdue >= MOST_OVERDUE && elapsed() - this.#lastAttempt < PAUSE) {
      throw new HealthCheckError(`${this.#overdue} earlier calls have not ended`, { code: 'ETIMEDOUT' });
    }
    this.#lastAttempt = elapsed();
    return limited(this.#timeout, signal, (abandoned) => {
      const work = begin(abandoned);
      this.#count(work, abandoned);
      return work;
    });
  }

  #count(work: Promise<unknown>, abandoned: AbortSignal): void {
    let isOverdue = false;
    const removeListener = onAbort(abandoned, () => {
      isOverdue = true;
      this.#overdue += 1;
    });
    const end = (): void => {
      removeListener();
      if (isOverdue) this.#overdue -= 1;
    };
    work.then(end, end);
  }
}
