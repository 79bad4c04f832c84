import { openIoRedis } from './open-ioredis.js';
import { openNodeRedis } from './open-node-redis.js';
import { loadClient } from './load-client.js';
import type { Namespace, OnError, OpenedStore } from './opened-store.js';
import type { StoreAddress } from './store-address.js';

export function openRedis(address: StoreAddress, options: Namespace, onError: OnError): OpenedStore {
  const { name, client } = loadClient('--redis', ['ioredis', 'redis']);
  return (name === 'ioredis' ? openIoRedis : openNodeRedis)(client, address, options, onError);
}
