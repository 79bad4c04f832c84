import { openEtcd } from './open-etcd.js';
import { openNats } from './open-nats.js';
import { openRedis } from './open-redis.js';
import type { OnError, OpenStore, OpenedStore } from './opened-store.js';
import type { StoreAddress } from './store-address.js';
import type { StoreKind } from './store-kind.js';

const OPEN: Readonly<Record<StoreKind, OpenStore>> = { redis: openRedis, nats: openNats, etcd: openEtcd };

/** Opens the store with a client of its own. It does not wait for the server, and connects until it is closed. */
export function openStore(address: StoreAddress, namespace: string | undefined, onError: OnError): OpenedStore {
  return OPEN[address.kind](address, namespace === undefined ? {} : { namespace }, onError);
}
