import type { SnapshotEntry } from '../store-backend.js';

/** One change of a collection, read from its message. */
export interface Change {
  readonly revision: number;
  readonly name: string;
  /** Undefined: the entry was removed. */
  readonly value: string | undefined;
  /** Milliseconds. */
  readonly expiresIn?: number;
}

/** Undefined for a message that no store has sent. */
export function readChange(message: string): Change | undefined {
  const put = /^(\d+) put (\d*) (\S+) /.exec(message);
  if (put) {
    const [start, revision, expiresIn = '', name = ''] = put;
    return {
      revision: Number(revision),
      name,
      value: message.slice(start.length),
      ...(expiresIn !== '' && { expiresIn: Number(expiresIn) }),
    };
  }
  const [, revision, name] = /^(\d+) remove (\S+)$/.exec(message) ?? [];
  return name === undefined ? undefined : { revision: Number(revision), name, value: undefined };
}

/** The entries of a collection, with its revision. NaN: the collection has none. */
export interface Snapshot {
  readonly revision: number;
  readonly entries: ReadonlyMap<string, SnapshotEntry>;
}

/** Reads the reply of the script `SNAPSHOT`. */
export function readSnapshot(reply: unknown): Snapshot {
  const [revision, values, left] = reply as [unknown, unknown, unknown];
  const expiries = new Map(pairs(left));
  const entries = new Map<string, SnapshotEntry>();
  for (const [name, value] of pairs(values)) {
    const expiresIn = expiries.get(name);
    if (expiresIn === undefined) entries.set(name, { value });
    else if (Number(expiresIn) > 0) entries.set(name, { value, expiresIn: Number(expiresIn) });
  }
  return { revision: revision === '' ? Number.NaN : Number(revision), entries };
}

function pairs(list: unknown): [string, string][] {
  const words = list as readonly unknown[];
  return Array.from({ length: words.length / 2 }, (_unused, index) => [
    String(words[2 * index]),
    String(words[2 * index + 1]),
  ]);
}
