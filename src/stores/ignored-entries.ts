/** The most ignored entries of one collection that are remembered. */
const MOST_IGNORED = 1000;

/** The ignored entries of one collection, with the reason of each. Their values are not kept. */
export class IgnoredEntries {
  readonly #reasons = new Map<string, string>();
  readonly #onFirst: (name: string, reason: string) => void;
  /** The reasons of which observers were notified. Cleared when no entry is ignored any more. */
  readonly #notified = new Set<string>();

  /** `onFirst` receives the first entry of each reason. */
  constructor(onFirst: (name: string, reason: string) => void) {
    this.#onFirst = onFirst;
  }

  get reasons(): ReadonlyMap<string, string> {
    return this.#reasons;
  }

  /** `isKept`: the entry is remembered. `isNew`: it was not remembered before, or for another reason. */
  add(name: string, reason: string): { readonly isKept: boolean; readonly isNew: boolean } {
    const known = this.#reasons.get(name);
    const isKept = known !== undefined || this.#reasons.size < MOST_IGNORED;
    if (isKept) this.#reasons.set(name, reason);
    if (!this.#notified.has(reason)) {
      this.#notified.add(reason);
      this.#onFirst(name, reason);
    }
    return { isKept, isNew: isKept && known !== reason };
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
    for (const [name, reason] of entries) this.add(name, reason);
    return hadAny || entries.size > 0;
  }
}
