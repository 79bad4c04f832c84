import { LONGEST_VALUE, byteLength } from './store-value.js';
import type { SnapshotEntry } from './store-backend.js';

/** The most entries of one collection that a process keeps in memory. */
export const MOST_ENTRIES = 20_000;
/** The most bytes of the values of one collection that a process keeps in memory. */
export const MOST_BYTES = 64 * 2 ** 20;

/** The entries of one collection. Its size is limited: entries beyond the limits are ignored. */
export class EntryTable {
  #values = new Map<string, string>();
  #bytes = 0;

  get entries(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /** Returns false if the entry was ignored. */
  set(name: string, value: string): boolean {
    const size = byteLength(value);
    const old = this.#values.get(name);
    const bytes = this.#bytes + size - (old === undefined ? 0 : byteLength(old));
    if (size > LONGEST_VALUE || bytes > MOST_BYTES) return false;
    if (old === undefined && this.#values.size >= MOST_ENTRIES) return false;
    this.#values.set(name, value);
    this.#bytes = bytes;
    return true;
  }

  /** Returns whether the entry existed. */
  delete(name: string): boolean {
    const old = this.#values.get(name);
    if (old === undefined) return false;
    this.#bytes -= byteLength(old);
    return this.#values.delete(name);
  }

  /** Replaces all entries. Returns the names that vanished, and whether every entry was accepted. */
  replace(entries: ReadonlyMap<string, SnapshotEntry>): { readonly vanished: readonly string[]; isComplete: boolean } {
    const before = this.#values;
    this.#values = new Map();
    this.#bytes = 0;
    let isComplete = true;
    for (const [name, { value }] of entries) isComplete = this.set(name, value) && isComplete;
    return { vanished: [...before.keys()].filter((name) => !this.#values.has(name)), isComplete };
  }
}
