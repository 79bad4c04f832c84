/** Lets pieces of work in one after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    // A piece that fails is its owner's concern, and not that of the next in line.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
