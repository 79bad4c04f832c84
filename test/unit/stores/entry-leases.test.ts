import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { EntryLeases } from '../../../src/stores/etcd/entry-leases.js';
import type { EtcdStoreClient } from '../../../src/stores/etcd/etcd-store-client.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

/** A server of leases. `calls` has each request, and each write with its lease. */
function leases(): {
  readonly calls: string[];
  readonly write: (expiresIn: number) => Promise<void>;
} {
  const calls: string[] = [];
  let granted = 0;
  const leaseClient = {
    leaseGrant: async ({ TTL }: { TTL: number }) => {
      granted += 1;
      calls.push(`grant ${TTL} s`);
      return { ID: String(granted), TTL: String(TTL) };
    },
    leaseKeepAlive: async () => {
      const respond = ({ ID }: { ID: string }): void => {
        calls.push(`extend ${ID}`);
        queueMicrotask(() => stream.emit('data', { TTL: '66' }));
      };
      const stream = Object.assign(new EventEmitter(), { write: respond, cancel: () => undefined });
      return stream;
    },
  };
  const entries = new EntryLeases({ leaseClient } as unknown as EtcdStoreClient);
  const { signal } = new AbortController();
  const write = (expiresIn: number): Promise<void> =>
    entries.write('fleet/a', expiresIn, signal, async (lease) => calls.push(`put with ${lease}`));
  return { calls, write };
}

it('extends the lease of an entry only when it would end before the entry may', async () => {
  const { calls, write } = leases();
  await write(60_000);
  await advance(6000);
  await write(60_000);
  expect(calls.splice(0)).toEqual(['grant 66 s', 'put with 1', 'put with 1']);
  await advance(1);
  await write(60_000);
  await advance(6000);
  await write(60_000);
  expect(calls.splice(0)).toEqual(['extend 1', 'put with 1', 'put with 1']);
});

it('gives an entry that is to live for another time another lease', async () => {
  const { calls, write } = leases();
  await write(60_000);
  await write(1000);
  expect(calls).toEqual(['grant 66 s', 'put with 1', 'grant 2 s', 'put with 2']);
});
