import { ClientCalls } from './client-calls.js';
import type { PoolRoom } from './pool-room.js';

/** What a question came to. It fails for those who asked it, and for nobody else. */
type Outcome<T> = { readonly question: unknown } & ({ readonly answer: T } | { readonly error: unknown });

/**
 * Calls on clients of which there are several kinds: one at a time on each client, as `ClientCalls` has it, and whoever
 * asks the same question, by identity, shares its answer. Whoever asks another one waits until the client is free.
 */
export class ClientRequests<T> {
  readonly #calls = new ClientCalls<Outcome<T>>();

  async ask(
    client: object,
    question: unknown,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<T>,
    room?: () => PoolRoom,
  ): Promise<T> {
    const work = async (abandoned: AbortSignal): Promise<Outcome<T>> => {
      try {
        return { question, answer: await begin(abandoned) };
      } catch (error) {
        return { question, error };
      }
    };
    for (;;) {
      const outcome = await this.#calls.call(client, signal, work, room);
      if (outcome.question !== question) continue;
      if ('error' in outcome) throw outcome.error;
      return outcome.answer;
    }
  }
}
