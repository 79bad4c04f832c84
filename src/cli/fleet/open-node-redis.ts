import type { RedisStoreClient } from '../../stores/redis/redis-link.js';
import { redisStore } from '../../stores/redis/redis-store.js';
import { UsageError } from '../usage-error.js';
import { connectUntilClosed } from './connect-until-closed.js';
import type { LoadedPackage } from './load-client.js';
import { CLIENT_NAME, type Namespace, type OnError, type OpenedStore, PAUSE } from './opened-store.js';
import { credentialsOf, endpointOf } from './redis-endpoint.js';
import { databaseOf } from './redis-topology.js';
import type { StoreAddress } from './store-address.js';

type NodeRedis = RedisStoreClient & {
  on(event: 'error', listener: OnError): unknown;
  connect(): Promise<unknown>;
  destroy(): unknown;
  readonly isOpen: boolean;
};

export function openNodeRedis(
  loaded: LoadedPackage,
  address: StoreAddress,
  options: Namespace,
  onError: OnError,
): OpenedStore {
  const client = clientOf(loaded, address);
  const closed = new AbortController();
  client.on('error', onError);
  if (address.topology.kind === 'sentinels') redirectConsole(onError, closed.signal);
  connectUntilClosed(() => client.connect(), onError, closed.signal).catch(() => undefined);
  const close = (): void => {
    closed.abort();
    if (client.isOpen) void client.destroy();
  };
  return { store: redisStore({ client, ...options }), close };
}

function clientOf(loaded: LoadedPackage, { urls, login, tls, topology }: StoreAddress): NodeRedis {
  const [url] = urls as [URL];
  const create = (name: string, options: object): NodeRedis => {
    const factory = loaded[name] as ((options: object) => NodeRedis) | undefined;
    if (factory) return factory(options);
    throw new UsageError(`--redis-sentinel needs redis 5 or later, or ioredis: run npm install ioredis`);
  };
  const socketTo = (endpoint: object): object => ({
    socket: { reconnectStrategy: PAUSE, ...endpoint, ...(tls && { tls: true, ...tls }) },
  });
  const common = { ...credentialsOf(login), name: CLIENT_NAME };
  const nodes = urls.map((each) => endpointOf(each, topology));
  if (topology.kind === 'cluster') {
    return create('createCluster', {
      rootNodes: nodes.map((node) => socketTo(node)),
      defaults: { ...common, ...socketTo({}) },
    });
  }
  const database = databaseOf(url);
  if (topology.kind === 'server') return create('createClient', { ...common, database, ...socketTo(nodes[0] ?? {}) });
  return create('createSentinel', {
    name: topology.name,
    sentinelRootNodes: nodes,
    sentinelClientOptions: { ...credentialsOf(topology.login), ...socketTo({}) },
    nodeClientOptions: { ...common, database, ...socketTo({}) },
    passthroughClientErrorEvents: true,
    // The maximum of attempts to connect. Default: 16.
    maxCommandRediscovers: Number.MAX_SAFE_INTEGER,
  });
}

/** The client for sentinels writes its errors to the console, which would mix them with the output of the tool. */
function redirectConsole(onError: OnError, closed: AbortSignal): void {
  // eslint-disable-next-line no-console -- nothing else of the tool uses it
  console.log = (error) => {
    if (!closed.aborted) onError(error);
  };
}
