import { ClientCalls } from './client-calls.js';
import type { PoolCapacity } from './pool-capacity.js';

/** An error is part of the outcome, because only the callers of this request may get it. */
type Outcome<T> = { readonly request: unknown } & ({ readonly response: T } | { readonly error: unknown });

/**
 * Requests of several kinds to clients: at most one at a time on each client, as with `ClientCalls`. Callers that send
 * the same request, compared by identity, share its response. A caller with another request waits until the client is
 * free.
 */
export class ClientRequests<T> {
  readonly #calls = new ClientCalls<Outcome<T>>();

  async send(
    client: object,
    request: unknown,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<T>,
    capacity?: () => PoolCapacity,
  ): Promise<T> {
    const work = async (abandoned: AbortSignal): Promise<Outcome<T>> => {
      try {
        return { request, response: await begin(abandoned) };
      } catch (error) {
        return { request, error };
      }
    };
    for (;;) {
      const outcome = await this.#calls.call(client, signal, work, capacity);
      if (outcome.request !== request) continue;
      if ('error' in outcome) throw outcome.error;
      return outcome.response;
    }
  }
}
