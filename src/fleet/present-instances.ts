/** The most instances that are remembered. */
const MOST_INSTANCES = 20_000;

/** The instances that show their clocks at present, in the same order in every instance. */
export class PresentInstances {
  /** The boot of each, by the key of the entry with its clock. */
  readonly #boots = new Map<string, string>();

  get count(): number {
    return this.#boots.size;
  }

  add(key: string, boot: string): void {
    if (this.#boots.size < MOST_INSTANCES) this.#boots.set(key, boot);
  }

  remove(key: string): void {
    this.#boots.delete(key);
  }

  clear(): void {
    this.#boots.clear();
  }

  /** How many instances come between the two in the order, which continues with the first one after the last one. */
  between(from: string, to: string): number {
    let count = 0;
    for (const boot of this.#boots.values()) {
      const isBetween = from < to ? from < boot && boot < to : from < boot || boot < to;
      if (isBetween) count += 1;
    }
    return count;
  }
}
