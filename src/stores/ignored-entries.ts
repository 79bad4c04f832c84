/** The most ignored entries of one collection that are remembered. */
const MOST_IGNORED = 1000;

/** The entries of one collection that take no place in memory, with the reason of each. */
export class IgnoredEntries {
  readonly #reasons = new Map<string, string>();
  readonly #onFirst: (name: string, because: string) => void;
  /** The reasons that were notified since there was no ignored entry. */
  readonly #notified = new Set<string>();

  /** `onFirst` receives the first entry of each reason. */
  constructor(onFirst: (name: string, because: string) => void) {
    this.#onFirst = onFirst;
  }

  get reasons(): ReadonlyMap<string, string> {
    return this.#reasons;
  }

  /** Returns whether the entry is remembered, and whether that is news. */
  add(name: string, because: string): { readonly isKept: boolean; readonly isNews: boolean } {
    const known = this.#reasons.get(name);
    const isKept = known !== undefined || this.#reasons.size < MOST_IGNORED;
    if (isKept) this.#reasons.set(name, because);
    if (!this.#notified.has(because)) {
      this.#notified.add(because);
      this.#onFirst(name, because);
    }
    return { isKept, isNews: isKept && known !== because };
  }

  /** Returns whether the entry was remembered. */
  delete(name: string): boolean {
    const existed = this.#reasons.delete(name);
    if (this.#reasons.size === 0) this.#notified.clear();
    return existed;
  }

  /** Returns whether anything has changed. */
  replace(entries: ReadonlyMap<string, string>): boolean {
    const hadAny = this.#reasons.size > 0;
    this.#reasons.clear();
    if (entries.size === 0) this.#notified.clear();
    for (const [name, because] of entries) this.add(name, because);
    return hadAny || entries.size > 0;
  }
}
