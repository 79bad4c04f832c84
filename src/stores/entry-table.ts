import { LONGEST_VALUE, byteLength } from './store-value.js';
import type { SnapshotEntry } from './store-backend.js';

/** The most entries of one collection that a process keeps in memory. */
export const MOST_ENTRIES = 20_000;
/** The most bytes of the values of one collection that a process keeps in memory. */
export const MOST_BYTES = 64 * 2 ** 20;
/** The most entries that no observer trusts. They have a limit of their own, so that they displace no trusted entries. */
export const MOST_UNTRUSTED = 100;

const TOO_LONG = `it has more than ${LONGEST_VALUE} bytes`;
const TOO_MANY = `there are more than ${MOST_ENTRIES} entries`;
const TOO_LARGE = `all entries have more than ${MOST_BYTES} bytes`;
const TOO_MANY_UNTRUSTED = `there are more than ${MOST_UNTRUSTED} entries that are not trusted`;

/** The entries of one collection. Its size is limited: entries beyond the limits are ignored. */
export class EntryTable {
  #values = new Map<string, string>();
  #untrusted = new Set<string>();
  /** Of the trusted values. */
  #bytes = 0;

  get entries(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /** Returns the reason if the entry was ignored. */
  set(name: string, value: string, isTrusted: boolean): string | undefined {
    const size = byteLength(value);
    if (size > LONGEST_VALUE) return TOO_LONG;
    const old = this.#values.get(name);
    const wasTrusted = old !== undefined && !this.#untrusted.has(name);
    const bytes = this.#bytes + (isTrusted ? size : 0) - (wasTrusted ? byteLength(old) : 0);
    if (isTrusted) {
      if (bytes > MOST_BYTES) return TOO_LARGE;
      if (!wasTrusted && this.#values.size - this.#untrusted.size >= MOST_ENTRIES) return TOO_MANY;
      this.#untrusted.delete(name);
    } else {
      if (!this.#untrusted.has(name) && this.#untrusted.size >= MOST_UNTRUSTED) return TOO_MANY_UNTRUSTED;
      this.#untrusted.add(name);
    }
    this.#values.set(name, value);
    this.#bytes = bytes;
    return undefined;
  }

  /** Returns whether the entry existed. */
  delete(name: string): boolean {
    const old = this.#values.get(name);
    if (old === undefined) return false;
    if (!this.#untrusted.delete(name)) this.#bytes -= byteLength(old);
    return this.#values.delete(name);
  }

  /** Replaces all entries. Returns the names that vanished, and the ignored entries with the reason of each. */
  replace(
    entries: ReadonlyMap<string, SnapshotEntry>,
    isTrusted: (name: string, value: string) => boolean,
  ): { readonly vanished: readonly string[]; readonly ignored: ReadonlyMap<string, string> } {
    const before = this.#values;
    this.#values = new Map();
    this.#untrusted = new Set();
    this.#bytes = 0;
    const ignored = new Map<string, string>();
    for (const [name, { value }] of entries) {
      const reason = this.set(name, value, isTrusted(name, value));
      if (reason !== undefined) ignored.set(name, reason);
    }
    return { vanished: [...before.keys()].filter((name) => !this.#values.has(name)), ignored };
  }
}
