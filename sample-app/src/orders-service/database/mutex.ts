/** Runs asynchronous functions one after the other. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    // A rejection goes to the caller and does not stop the next function.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
