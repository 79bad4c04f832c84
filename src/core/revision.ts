/** A counter that increases with each event that makes earlier reports obsolete. Another thread can read it in `memory`. */
export class Revision {
  readonly memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #counter = new Int32Array(this.memory);

  get value(): number {
    return this.#counter[0] ?? 0;
  }

  increase(): void {
    Atomics.add(this.#counter, 0, 1);
  }
}
