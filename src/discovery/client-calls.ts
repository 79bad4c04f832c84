interface Call<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
  isOver: boolean;
}

/**
 * Calls on clients that the application uses too: on each at most one at a time, however many indicators and probes
 * ask. Whoever asks while a call is under way waits for the same answer. When the last one has given up waiting, the
 * call is aborted; until it has really ended, and let go of what it holds of the client, no other one is begun.
 */
export class ClientCalls<T> {
  readonly #underWay = new WeakMap<object, Call<T>>();

  /** Rejects with the reason of the signal when that is aborted. `begin` is handed a signal for its own work. */
  async call(client: object, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      const call = this.#underWay.get(client) ?? this.#begin(client, begin);
      if (!call.abort.signal.aborted) return this.#wait(call, signal);
      const ended = call.result.then(ignore, ignore);
      await unlessAborted(ended, signal);
    }
  }

  #begin(client: object, begin: (signal: AbortSignal) => Promise<T>): Call<T> {
    const abort = new AbortController();
    const work = async (): Promise<T> => begin(abort.signal);
    const result = work().finally(() => {
      call.isOver = true;
      this.#underWay.delete(client);
    });
    // It can end when nobody waits for it any more.
    result.catch(ignore);
    const call: Call<T> = { result, abort, waiting: 0, isOver: false };
    this.#underWay.set(client, call);
    return call;
  }

  async #wait(call: Call<T>, signal: AbortSignal): Promise<T> {
    call.waiting += 1;
    try {
      return await unlessAborted(call.result, signal);
    } finally {
      call.waiting -= 1;
      if (call.waiting === 0 && !call.isOver) call.abort.abort(signal.reason);
    }
  }
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
