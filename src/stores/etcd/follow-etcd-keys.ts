import { linkedAbort, raceAbort } from '../../core/async.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { checkPeriodically } from '../periodic-check.js';
import type { CollectionSink, SnapshotEntry } from '../store-backend.js';
import { limited } from '../store-calls.js';
import { EtcdCallError, RESOURCE_EXHAUSTED, etcdCall, etcdStream } from '../../clients/etcd/etcd-calls.js';
import type { EtcdStoreClient, WatchResponse } from './etcd-store-client.js';

/** Entries of one response at first. Clients accept responses of 4 MiB, so large values need smaller responses. */
const PAGE = 500;

interface Snapshot {
  readonly revision: string;
  readonly entries: ReadonlyMap<string, SnapshotEntry>;
}

/** Follows the keys with a prefix: their values at one revision, then every change since that revision. */
export async function followEtcdKeys(
  client: EtcdStoreClient,
  prefix: string,
  sink: CollectionSink,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const nameOf = (key: Buffer): string => key.toString().slice(prefix.length);
  const { revision, entries } = await readAll(client, prefix, nameOf, timeout, signal);

  let confirm = (): void => undefined;
  let refuse: (error: Error) => void = () => undefined;
  const created = new Promise<void>((resolve, reject) => {
    confirm = resolve;
    refuse = reject;
  });
  const cancelled = new Promise<never>((_resolve, reject) => {
    refuse = reject;
  });
  cancelled.catch(() => undefined);
  const receive = (response: WatchResponse): void => {
    if (response.canceled) {
      const isCompacted = Number(response.compact_revision ?? 0) > 0;
      refuse(new HealthCheckError(isCompacted ? 'the changes were compacted' : 'the server has cancelled the watch'));
      return;
    }
    if (response.created) {
      sink.snapshot(entries);
      confirm();
    }
    for (const { type, kv } of response.events ?? []) {
      if (type === 'PUT' || type === 'Put') sink.put(nameOf(kv.key), kv.value.toString());
      else sink.remove(nameOf(kv.key));
    }
  };

  const ended = linkedAbort(signal);
  const stream = await limited(timeout, ended.signal, (limit) =>
    etcdStream(limit, (options) => client.watchClient.watch(options), receive),
  );
  try {
    stream.write({
      create_request: {
        ...rangeOf(prefix),
        start_revision: String(BigInt(revision) + 1n),
        // A revision with large values arrives in parts, which the client accepts.
        fragment: true,
      },
    });
    const over = Promise.race([stream.ended, cancelled]);
    await limited(timeout, ended.signal, (limit) => raceAbort(Promise.race([created, over]), limit));
    const check = checkPeriodically(timeout, ended.signal, (limit) =>
      etcdCall(limit, (options) => client.kv.range({ key: Buffer.from(prefix) }, options)),
    );
    check.catch(() => undefined);
    await raceAbort(Promise.race([over, check]), ended.signal);
  } finally {
    ended.release();
    ended.abort();
    stream.close();
  }
}

async function readAll(
  client: EtcdStoreClient,
  prefix: string,
  nameOf: (key: Buffer) => string,
  timeout: number,
  signal: AbortSignal,
): Promise<Snapshot> {
  const entries = new Map<string, SnapshotEntry>();
  const { key: start, range_end } = rangeOf(prefix);
  let limit = PAGE;
  let key = start;
  let revision: string | undefined;
  for (;;) {
    const request = { key, range_end, limit, ...(revision !== undefined && { revision }) };
    try {
      const page = await limited(timeout, signal, (abandoned) =>
        etcdCall(abandoned, (options) => client.kv.range(request, options)),
      );
      revision ??= page.header.revision;
      for (const kv of page.kvs) entries.set(nameOf(kv.key), { value: kv.value.toString() });
      const last = page.kvs.at(-1);
      if (!page.more || !last) return { revision, entries };
      key = Buffer.concat([last.key, Buffer.from([0])]);
    } catch (error) {
      if (!(error instanceof EtcdCallError) || error.status !== RESOURCE_EXHAUSTED || limit === 1) throw error;
      limit = Math.ceil(limit / 4);
    }
  }
}

/** The range of all keys with this prefix: it ends before the same prefix with a greater last byte. */
function rangeOf(prefix: string): { readonly key: Buffer; readonly range_end: Buffer } {
  const key = Buffer.from(prefix);
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end[end.length - 1] ?? 0) + 1;
  return { key, range_end: end };
}
