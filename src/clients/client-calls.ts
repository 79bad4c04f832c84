import { elapsed } from '../core/moment.js';
import type { PoolRoom } from './pool-room.js';

interface Call<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
  isOver: boolean;
  /** Monotonic milliseconds at which the last caller has given up waiting. */
  abandonedAt: number;
}

/** The calls on one client. */
interface Line<T> {
  /** The latest call. Undefined once it has ended. */
  latest: Call<T> | undefined;
  /** How many calls were aborted and have not ended. */
  overdue: number;
}

/** A call that has to wait for a free connection of a pool begins beside fewer overdue calls than this. */
const MOST_OVERDUE = 3;
/** Milliseconds that an overdue call keeps others from beginning. Each further overdue call doubles them. */
const FIRST_PAUSE = 10_000;

/** A client with one connection: a further call occupies nothing that the application needs. */
const ALWAYS_SOME = (): PoolRoom => 'some';

/**
 * Calls on clients that the application uses too: on each at most one at a time, however many indicators and probes
 * ask. Callers that ask while a call is under way share its answer. When the last caller has given up waiting, the call
 * is aborted, and the next callers wait until it has ended and has released what it held of the client.
 *
 * A call that does not end is not waited for without limit: a connection that was opened during a fault may never
 * answer, while the application works over others. Another call begins beside it as soon as the pool has a free
 * connection, or after a pause if the pool has room. The pause doubles with each call that has not ended, so that their
 * number stays small however long a fault lasts.
 */
export class ClientCalls<T> {
  readonly #lines = new WeakMap<object, Line<T>>();

  /**
   * Rejects with the reason of the signal when that is aborted. `begin` gets a signal for its own work. `room` is the room
   * in the client's pool; default: a client of one connection, which takes any number of calls.
   */
  async call(
    client: object,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<T>,
    room: () => PoolRoom = ALWAYS_SOME,
  ): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      const line = this.#lines.get(client) ?? { latest: undefined, overdue: 0 };
      const { latest } = line;
      if (!latest || (latest.abort.signal.aborted && mayBeginBeside(latest, line.overdue, room()))) {
        return this.#wait(line, this.#begin(client, line, begin), signal);
      }
      if (!latest.abort.signal.aborted) return this.#wait(line, latest, signal);
      await unlessAborted(latest.result.then(ignore, ignore), signal);
    }
  }

  #begin(client: object, line: Line<T>, begin: (signal: AbortSignal) => Promise<T>): Call<T> {
    const abort = new AbortController();
    const work = async (): Promise<T> => begin(abort.signal);
    const result = work().finally(() => {
      call.isOver = true;
      if (abort.signal.aborted) line.overdue -= 1;
      if (line.latest === call) line.latest = undefined;
      if (!line.latest && line.overdue === 0) this.#lines.delete(client);
    });
    // It can end when no caller waits for it any more.
    result.catch(ignore);
    const call: Call<T> = { result, abort, waiting: 0, isOver: false, abandonedAt: Infinity };
    line.latest = call;
    this.#lines.set(client, line);
    return call;
  }

  async #wait(line: Line<T>, call: Call<T>, signal: AbortSignal): Promise<T> {
    call.waiting += 1;
    try {
      return await unlessAborted(call.result, signal);
    } finally {
      call.waiting -= 1;
      if (call.waiting === 0 && !call.isOver) {
        line.overdue += 1;
        call.abandonedAt = elapsed();
        call.abort.abort(signal.reason);
      }
    }
  }
}

function mayBeginBeside({ abandonedAt }: { readonly abandonedAt: number }, overdue: number, room: PoolRoom): boolean {
  if (room === 'free' && overdue < MOST_OVERDUE) return true;
  return room !== 'none' && elapsed() - abandonedAt >= FIRST_PAUSE * 2 ** (overdue - 1);
}

/** The promise, or the reason of the signal if that comes first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const ignore = (): void => undefined;
