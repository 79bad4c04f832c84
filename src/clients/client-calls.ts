import { raceAbort } from '../core/async.js';
import { elapsed } from '../core/moment.js';
import type { PoolCapacity } from './pool-capacity.js';

interface Call<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
  isEnded: boolean;
  /** Monotonic milliseconds at which the last caller gave up. */
  abandonedAt: number;
}

/** The calls on one client. */
interface ClientState<T> {
  /** The latest call. Undefined once it has ended. */
  latest: Call<T> | undefined;
  /** The number of calls that were aborted and have not ended. */
  overdue: number;
}

/** A new call begins at once only while fewer calls than this are overdue. */
const MOST_OVERDUE = 3;
/** Milliseconds that an overdue call delays the next call. Each further overdue call doubles them. */
const FIRST_PAUSE = 10_000;

/** For a client with one connection: another call occupies no connection that the application needs. */
const SOME_CAPACITY = (): PoolCapacity => 'some';

/**
 * Calls on clients that the application uses too: at most one at a time on each client, for all indicators and probes.
 * Callers that arrive while a call is under way share its result. When the last caller has given up, the call is
 * aborted, and later callers wait until it has ended and has released the client.
 *
 * That wait is limited, because some calls never end: a connection that was opened during a fault may never respond,
 * while other connections of the pool work. Another call begins as soon as the pool has a free connection, or after a pause if
 * the pool can open one. The pause doubles with each overdue call, so that their number stays small in a long outage.
 */
export class ClientCalls<T> {
  readonly #states = new WeakMap<object, ClientState<T>>();

  /**
   * Rejects with the reason of the signal when the signal is aborted. `begin` gets a signal of its own. `capacity` returns the
   * capacity of the client's pool. Default: the client has one connection, which takes any number of calls.
   */
  async call(
    client: object,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<T>,
    capacity: () => PoolCapacity = SOME_CAPACITY,
  ): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      const state = this.#states.get(client) ?? { latest: undefined, overdue: 0 };
      const { latest } = state;
      if (!latest || (latest.abort.signal.aborted && mayBeginAnother(latest, state.overdue, capacity()))) {
        return this.#wait(state, this.#begin(client, state, begin), signal);
      }
      if (!latest.abort.signal.aborted) return this.#wait(state, latest, signal);
      await raceAbort(latest.result.then(ignore, ignore), signal);
    }
  }

  #begin(client: object, state: ClientState<T>, begin: (signal: AbortSignal) => Promise<T>): Call<T> {
    const abort = new AbortController();
    const work = async (): Promise<T> => begin(abort.signal);
    const result = work().finally(() => {
      call.isEnded = true;
      if (abort.signal.aborted) state.overdue -= 1;
      if (state.latest === call) state.latest = undefined;
      if (!state.latest && state.overdue === 0) this.#states.delete(client);
    });
    // The call can fail after its last caller has given up.
    result.catch(ignore);
    const call: Call<T> = { result, abort, waiting: 0, isEnded: false, abandonedAt: Infinity };
    state.latest = call;
    this.#states.set(client, state);
    return call;
  }

  async #wait(state: ClientState<T>, call: Call<T>, signal: AbortSignal): Promise<T> {
    call.waiting += 1;
    try {
      return await raceAbort(call.result, signal);
    } finally {
      call.waiting -= 1;
      if (call.waiting === 0 && !call.isEnded) {
        state.overdue += 1;
        call.abandonedAt = elapsed();
        call.abort.abort(signal.reason);
      }
    }
  }
}

function mayBeginAnother(
  { abandonedAt }: { readonly abandonedAt: number },
  overdue: number,
  capacity: PoolCapacity,
): boolean {
  if (capacity === 'free' && overdue < MOST_OVERDUE) return true;
  return capacity !== 'none' && elapsed() - abandonedAt >= FIRST_PAUSE * 2 ** (overdue - 1);
}

const ignore = (): void => undefined;
