import { linkedAbort, raceAbort, sleep } from '../../core/async.js';
import { elapsed } from '../../core/moment.js';
import { unwrap } from '../envelope.js';
import type { Lifetimes } from '../lifetimes.js';
import { checkPeriodically } from '../periodic-check.js';
import type { CollectionSink, SnapshotEntry } from '../store-backend.js';
import { limited } from '../store-calls.js';
import type { ConsulApi, ConsulEntries } from './consul-api.js';

/** Seconds that a blocking query waits for a change. Consul adds up to a sixteenth. */
const WAIT = 55;
/** Milliseconds between two queries at least: each response contains the whole collection. */
const SHORTEST_PAUSE = 100;
/** Entries for each millisecond of that pause, so that many changes of a large collection do not occupy the process. */
const ENTRIES_PER_MILLISECOND = 10;

/**
 * Follows the keys with a prefix by blocking queries. Each response contains all keys, so changes are found by comparing: several
 * writes of one key between two responses are one change.
 */
export async function followConsulKeys(
  api: ConsulApi,
  prefix: string,
  lifetimes: Lifetimes,
  sink: CollectionSink,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const ended = linkedAbort(signal);
  try {
    const first = await limited(timeout, ended.signal, (limit) => api.read(prefix, { recurse: '' }, limit));
    const known = new Map<string, number>();
    const update = (response: ConsulEntries): ReadonlyMap<string, SnapshotEntry> =>
      changesOf(response, prefix, lifetimes, known);
    sink.snapshot(update(first));
    const check = checkPeriodically(timeout, ended.signal, (limit) => api.checkLeader(limit));
    check.catch(() => undefined);
    const query = async (): Promise<never> => {
      let { index } = first;
      for (;;) {
        const startedAt = elapsed();
        const response = await limited((WAIT + WAIT / 16) * 1000 + timeout, ended.signal, (limit) =>
          api.read(prefix, { recurse: '', index: `${index}`, wait: `${WAIT}s` }, limit),
        );
        const before = new Set(known.keys());
        for (const [name, { value, expiresIn }] of update(response)) sink.put(name, value, expiresIn);
        for (const name of before) if (!known.has(name)) sink.remove(name);
        // An index that goes backwards, after a restore for example, and an index below 1 start again with a query that does not wait.
        index = response.index < index || response.index < 1 ? 0 : response.index;
        const pause = Math.max(SHORTEST_PAUSE, known.size / ENTRIES_PER_MILLISECOND);
        await sleep(pause - (elapsed() - startedAt), ended.signal);
      }
    };
    const over = query();
    over.catch(() => undefined);
    await raceAbort(Promise.race([over, check]), ended.signal);
  } finally {
    ended.release();
    ended.abort();
  }
}

/** The entries that changed and have not expired. `known`, the index of each entry, is brought up to date. */
function changesOf(
  { entries }: ConsulEntries,
  prefix: string,
  lifetimes: Lifetimes,
  known: Map<string, number>,
): ReadonlyMap<string, SnapshotEntry> {
  const changes = new Map<string, SnapshotEntry>();
  const names = new Set<string>();
  for (const { Key, Value, ModifyIndex } of entries) {
    const name = Key.slice(prefix.length);
    // A folder of the user interface of Consul.
    if (name === '') continue;
    names.add(name);
    if (known.get(name) === ModifyIndex) continue;
    const { value, expiresIn } = unwrap(Buffer.from(Value ?? '', 'base64').toString());
    const left = lifetimes.set(name, ModifyIndex, expiresIn);
    known.set(name, ModifyIndex);
    if (left === undefined || left > 0) changes.set(name, { value, expiresIn: left });
  }
  for (const name of known.keys()) if (!names.has(name)) known.delete(name);
  lifetimes.retain(names);
  return changes;
}
