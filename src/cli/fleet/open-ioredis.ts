import type { RedisStoreClient } from '../../stores/redis/redis-link.js';
import { redisStore } from '../../stores/redis/redis-store.js';
import type { LoadedPackage } from './load-client.js';
import { CLIENT_NAME, type Namespace, type OnError, type OpenedStore, PAUSE } from './opened-store.js';
import { databaseOf } from './redis-topology.js';
import { credentialsOf, endpointOf } from './redis-endpoint.js';
import type { StoreAddress } from './store-address.js';

type IoRedis = RedisStoreClient & {
  on(event: 'error' | 'sentinelError', listener: (error: Error) => void): unknown;
  disconnect(): void;
};
type NewServer = new (options: object) => IoRedis;
type NewCluster = new (nodes: readonly object[], options: object) => IoRedis;

/** Milliseconds without a response after which a connection is lost. The store sends a request each 5 s. */
const SILENCE = 10_000;
/** All sentinels responded, and none of them with an error: this is no fault. */
const TRIED_ALL = /^All sentinels are unreachable(?!.*Last error)/;
/** The only error of a sentinel that is a fault: an unavailable sentinel is none while another one responds. */
const UNKNOWN_NAME = /got an invalid reply: null/;

export function openIoRedis(
  loaded: LoadedPackage,
  address: StoreAddress,
  options: Namespace,
  onError: OnError,
): OpenedStore {
  const client = clientOf(loaded, address);
  client.on('error', (error) => {
    // The error of a cluster says only that all nodes have failed.
    const { lastNodeError = error } = error as { readonly lastNodeError?: Error };
    if (!TRIED_ALL.test(error.message)) onError(lastNodeError);
  });
  client.on('sentinelError', (error) => {
    if (UNKNOWN_NAME.test(error.message)) onError(error);
  });
  return { store: redisStore({ client, ...options }), close: () => client.disconnect() };
}

function clientOf(loaded: LoadedPackage, { urls, login, tls, topology }: StoreAddress): IoRedis {
  const [url] = urls as [URL];
  const nodes = urls.map((each) => endpointOf(each, topology));
  const retry = (): number => PAUSE;
  const connection = {
    ...credentialsOf(login),
    ...(tls && { tls }),
    db: databaseOf(url),
    connectionName: CLIENT_NAME,
    socketTimeout: SILENCE,
    retryStrategy: retry,
  };
  if (topology.kind === 'cluster') {
    return new (loaded['Cluster'] as NewCluster)(nodes, {
      redisOptions: connection,
      clusterRetryStrategy: retry,
      // Otherwise the certificate of a node would be compared with the IP address of the node.
      ...(tls && { dnsLookup: (host: string, resolve: (error: null, host: string) => void) => resolve(null, host) }),
    });
  }
  const Server = loaded['Redis'] as NewServer;
  if (topology.kind === 'server') return new Server({ ...connection, ...nodes[0] });
  const { name, login: ofSentinels } = topology;
  return new Server({
    ...connection,
    name,
    sentinels: nodes,
    ...(ofSentinels.user !== undefined && { sentinelUsername: ofSentinels.user }),
    ...(ofSentinels.password !== undefined && { sentinelPassword: ofSentinels.password }),
    ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    sentinelRetryStrategy: retry,
  });
}
