/** Lets pieces of work in one after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #taken = 0;

  /** How many are at work: none or one. */
  get busy(): number {
    return Math.min(this.#taken, 1);
  }

  get waiting(): number {
    return this.#taken - this.busy;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    this.#taken += 1;
    const turn = this.#last.then(work);
    // A piece that fails is its owner's concern, and not that of the next in line.
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#taken -= 1;
    }
  }
}
