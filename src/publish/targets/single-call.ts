import { raceAbort } from '../../core/async.js';

/**
 * Lets at most one call be in flight on a client. A call that has timed out is often still in the queue of the client, which
 * sends it later. Without this limit, a server that hangs would find every message of the meantime there.
 */
export class SingleCall {
  #inFlight: Promise<void> | undefined;

  /** Waits for the end of the call before. Rejects when the signal is aborted, also while the call is in flight. */
  async run(signal: AbortSignal, begin: () => Promise<unknown>): Promise<void> {
    while (this.#inFlight) await raceAbort(this.#inFlight, signal);
    signal.throwIfAborted();
    const call = begin();
    const end = (): void => {
      this.#inFlight = undefined;
    };
    this.#inFlight = call.then(end, end);
    await raceAbort(call, signal);
  }
}
