import { raceAbort } from '../../core/async.js';

/**
 * Limits the calls in flight on a client to one. A call that has timed out is often still in the queue of the client, which
 * sends it later. Without this limit, the client would send all queued messages to a server that has recovered.
 */
export class SingleCall {
  #inFlight: Promise<void> | undefined;

  /** Waits for the end of the previous call. Rejects when the signal is aborted, also while the call is in flight. */
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
