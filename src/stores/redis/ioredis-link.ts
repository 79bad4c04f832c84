import { connectionLost } from '../../clients/error-codes.js';
import { type IoRedisState, UNCONNECTED, ioRedisReady, isIoRedisCluster } from '../../clients/redis/ioredis-ready.js';
import { onAbort, raceAbort } from '../../core/async.js';
import type { ChannelListeners, Link } from './link.js';

/** The used part of both kinds of client of `ioredis`. */
interface IoRedisConnection extends IoRedisState {
  readonly options: { readonly keyPrefix?: string | undefined };
  disconnect(): void;
  call(command: string, ...words: string[]): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/** The used part of a `Redis` of `ioredis`, with a fixed address or with sentinels. */
export interface IoRedisServerClient extends IoRedisConnection {
  duplicate(override?: {
    lazyConnect?: boolean;
    keyPrefix?: string;
    retryStrategy?: () => null;
    autoResubscribe?: boolean;
  }): IoRedisServerClient;
}

/** The used part of a `Cluster` of `ioredis`. */
export interface IoRedisClusterClient extends IoRedisConnection {
  nodes(role: 'master'): readonly unknown[];
  duplicate(): IoRedisClusterClient;
}

export function ioredisLink(client: IoRedisServerClient | IoRedisClusterClient): Link {
  return {
    get isUnconnected() {
      return client.status === UNCONNECTED;
    },
    async send(_key, [name = '', ...words], signal) {
      await ioRedisReady(client, signal);
      // In lower case, because a cluster client finds the keys of a command by this form of its name.
      return client.call(name.toLowerCase(), ...words);
    },
    subscribe: (channel, listeners, signal) =>
      isIoRedisCluster(client)
        ? subscribeCluster(client, channel, listeners, signal)
        : subscribeServer(client, channel, listeners, signal),
  };
}

/** A connection that has subscribed accepts no other commands, so each subscription has its own. It does not reconnect. */
async function subscribeServer(
  client: IoRedisServerClient,
  channel: string,
  { onMessage, onLost }: ChannelListeners,
  signal: AbortSignal,
): Promise<() => void> {
  const connection = client.duplicate({
    lazyConnect: true,
    keyPrefix: '',
    retryStrategy: () => null,
    autoResubscribe: false,
  });
  let failure: unknown;
  connection.on('error', (error: unknown) => {
    failure = error;
  });
  const end = (): void => connection.disconnect();
  const removeListener = onAbort(signal, end);
  try {
    await raceAbort(connection.connect(), signal);
    connection.on('message', (_channel: string, message: string) => onMessage(message));
    connection.on('close', () => onLost(failure ?? connectionLost()));
    await raceAbort(connection.subscribe((client.options.keyPrefix ?? '') + channel), signal);
    return end;
  } catch (error) {
    end();
    throw failure ?? error;
  } finally {
    removeListener();
  }
}

/** A cluster has a connection of its own for subscriptions. When it is lost, the cluster subscribes again by itself. */
async function subscribeCluster(
  client: IoRedisClusterClient,
  channel: string,
  { onMessage, onLost }: ChannelListeners,
  signal: AbortSignal,
): Promise<() => void> {
  await ioRedisReady(client, signal);
  // The client adds its prefix to keys only.
  const full = (client.options.keyPrefix ?? '') + channel;
  const receive = (from: string, message: string): void => {
    if (from === full) onMessage(message);
  };
  const lose = (): void => onLost(connectionLost());
  const end = (): void => {
    client.off('message', receive);
    for (const event of ['close', 'end']) client.off(event, lose);
    if (client.status === 'ready') client.unsubscribe(full).catch(() => undefined);
  };
  client.on('message', receive);
  for (const event of ['close', 'end']) client.on(event, lose);
  const subscribing = client.subscribe(full);
  try {
    await raceAbort(subscribing, signal);
    return end;
  } catch (error) {
    end();
    // The client may subscribe later.
    subscribing.then(end, () => undefined);
    throw error;
  }
}
