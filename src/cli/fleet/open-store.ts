import { etcdStore } from '../../stores/etcd/etcd-store.js';
import type { EtcdStoreClient } from '../../stores/etcd/etcd-client.js';
import type { HealthStore } from '../../stores/health-store.js';
import { natsStore } from '../../stores/nats/nats-store.js';
import type { NatsStoreClient } from '../../stores/nats/nats-client.js';
import type { RedisStoreClient } from '../../stores/redis/redis-link.js';
import { redisStore } from '../../stores/redis/redis-store.js';
import { ReconnectingStore } from './reconnecting-store.js';
import { loadClient } from './load-client.js';
import type { StoreAddress, StoreKind } from './store-address.js';

/** The part of a store that an observer needs. */
export type ObservedStore = Pick<HealthStore, 'name' | 'watch'>;

export interface OpenedStore {
  readonly store: ObservedStore;
  /** Ends all connections. */
  readonly close: () => void;
}

/** Milliseconds between two attempts to connect. */
const PAUSE = 1000;
/** Redis refuses a name with spaces. */
const CLIENT_NAME = 'nest-vitals-fleet';

/** Receives the errors of a client: the store itself tells only that it is not connected. */
type OnError = (error: unknown) => void;

/** Opens the store with a client of its own. It does not wait for the server, and connects until it is closed. */
export function openStore(address: StoreAddress, namespace: string | undefined, onError: OnError): OpenedStore {
  return OPEN[address.kind](address, namespace === undefined ? {} : { namespace }, onError);
}

const OPEN: Readonly<Record<StoreKind, (address: StoreAddress, options: Namespace, onError: OnError) => OpenedStore>> =
  {
    redis: openRedis,
    nats: openNats,
    etcd: openEtcd,
  };

interface Namespace {
  readonly namespace?: string;
}

type Emitter = { on(event: 'error', listener: OnError): unknown };
type IoRedis = RedisStoreClient & Emitter & { disconnect(): void };
type NodeRedis = RedisStoreClient & Emitter & { connect(): Promise<unknown>; destroy(): void };

function openRedis({ urls, user, password, ca }: StoreAddress, options: Namespace, onError: OnError): OpenedStore {
  const { name, client: loaded } = loadClient('--redis', ['ioredis', 'redis']);
  const url = String(urls[0]);
  const login = { ...(user !== undefined && { username: user }), ...(password !== undefined && { password }) };
  const tls = ca === undefined ? undefined : { ca };
  if (name === 'ioredis') {
    const Redis = loaded['Redis'] as new (url: string, options: object) => IoRedis;
    const client = new Redis(url, {
      ...login,
      ...(tls && { tls }),
      connectionName: CLIENT_NAME,
      retryStrategy: () => PAUSE,
    });
    client.on('error', onError);
    return { store: redisStore({ client, ...options }), close: () => client.disconnect() };
  }
  const createClient = loaded['createClient'] as (options: object) => NodeRedis;
  const client = createClient({ url, ...login, name: CLIENT_NAME, socket: { reconnectStrategy: PAUSE, ...tls } });
  client.on('error', onError);
  client.connect().catch(() => undefined);
  return { store: redisStore({ client, ...options }), close: () => client.destroy() };
}

type Nats = NatsStoreClient & { close(): Promise<void>; closed(): Promise<unknown> };

function openNats({ urls, user, password, ca }: StoreAddress, options: Namespace, onError: OnError): OpenedStore {
  const { client: loaded } = loadClient('--nats', ['@nats-io/transport-node', 'nats']);
  const connect = loaded['connect'] as (options: object) => Promise<Nats>;
  const login = user === undefined ? { ...(password !== undefined && { token: password }) } : { user, pass: password };
  const isTls = ca !== undefined || urls.some(({ protocol }) => protocol === 'tls:');
  const settings = {
    servers: urls.map(({ host }) => host),
    ...login,
    ...(isTls && { tls: ca === undefined ? {} : { ca } }),
    name: CLIENT_NAME,
    maxReconnectAttempts: -1,
    reconnectTimeWait: PAUSE,
    timeout: 5000,
  };
  const store = new ReconnectingStore('NATS', PAUSE, async () => {
    const client = await connect(settings).catch((error: unknown) => {
      onError(error);
      throw error;
    });
    return {
      store: natsStore({ client, ...options }),
      closed: client.closed(),
      close: () => void client.close().catch(() => undefined),
    };
  });
  return { store, close: () => store.close() };
}

type Etcd = EtcdStoreClient & { close(): void };

function openEtcd({ urls, user, password, ca }: StoreAddress, options: Namespace): OpenedStore {
  const { client: loaded } = loadClient('--etcd', ['etcd3']);
  const Etcd3 = loaded['Etcd3'] as new (options: object) => Etcd;
  const client = new Etcd3({
    hosts: urls.map(({ origin }) => origin),
    ...(user !== undefined && { auth: { username: user, password: password ?? '' } }),
    ...(ca !== undefined && { credentials: { rootCertificate: Buffer.from(ca) } }),
  });
  return { store: etcdStore({ client, ...options }), close: () => client.close() };
}
