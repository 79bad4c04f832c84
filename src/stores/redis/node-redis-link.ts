import { connectionLost } from '../../clients/error-codes.js';
import { notConnected } from '../../clients/not-connected.js';
import {
  type NodeRedisCluster,
  type NodeRedisSentinel,
  type NodeRedisServer,
  isNodeRedisCluster,
  requireNodeRedisConnection,
  sendToNodeRedis,
} from '../../clients/redis/node-redis.js';
import { onAbort, raceAbort } from '../../core/async.js';
import type { ChannelListeners, Link } from './link.js';

type MessageListener = (message: string | Buffer) => void;

interface Subscribing {
  subscribe(channel: string, listener: MessageListener): Promise<unknown>;
  unsubscribe(channel: string, listener: MessageListener): Promise<unknown>;
}

/** The used part of a client of `createClient` of `redis`. */
export interface NodeRedisClient extends NodeRedisServer, Subscribing {
  duplicate(): NodeRedisClient;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: string, listener: (error: unknown) => void): unknown;
}

/** The used part of a client of `createCluster` of `redis`. */
export interface NodeRedisClusterClient extends NodeRedisCluster, Subscribing {}

/** The used part of a client of `createSentinel` of `redis`. */
export interface NodeRedisSentinelClient extends NodeRedisSentinel, Subscribing {}

type AnyClient = NodeRedisClient | NodeRedisClusterClient | NodeRedisSentinelClient;

const isSentinel = (client: AnyClient): client is NodeRedisSentinelClient => 'getMasterNode' in client;

export function nodeRedisLink(client: AnyClient): Link {
  return {
    async send(key, words, signal) {
      requireNodeRedisConnection(client);
      return sendToNodeRedis(client, key, words, signal);
    },
    subscribe: (channel, listeners, signal) =>
      isNodeRedisCluster(client) || isSentinel(client)
        ? subscribeShared(client, channel, listeners, signal)
        : subscribeServer(client, channel, listeners, signal),
  };
}

/** A connection that has subscribed accepts no other commands, so each subscription has its own. It does not reconnect. */
async function subscribeServer(
  client: NodeRedisClient,
  channel: string,
  { onMessage, onLost }: ChannelListeners,
  signal: AbortSignal,
): Promise<() => void> {
  const connection = client.duplicate();
  let failure: unknown;
  let lose = (): void => undefined;
  connection.on('error', (error) => {
    failure = error;
    lose();
  });
  connection.on('reconnecting', () => lose());
  const end = (): void => {
    if (connection.isOpen) connection.destroy();
  };
  const lost = new Promise<never>((_resolve, reject) => {
    lose = () => reject(failure ?? connectionLost());
  });
  lost.catch(() => undefined);
  const removeListener = onAbort(signal, end);
  try {
    const connecting = connection.connect();
    // It rejects later, when the connection is destroyed.
    connecting.catch(() => undefined);
    await raceAbort(Promise.race([connecting, lost]), signal);
    const subscribing = connection.subscribe(channel, (message) => onMessage(String(message)));
    subscribing.catch(() => undefined);
    await raceAbort(Promise.race([subscribing, lost]), signal);
    lost.catch((error: unknown) => {
      end();
      onLost(error);
    });
    return end;
  } catch (error) {
    end();
    throw error;
  } finally {
    removeListener();
  }
}

/** These clients have a connection of their own for subscriptions. When it is lost, they subscribe again by themselves. */
async function subscribeShared(
  client: NodeRedisClusterClient | NodeRedisSentinelClient,
  channel: string,
  { onMessage }: ChannelListeners,
  signal: AbortSignal,
): Promise<() => void> {
  if (!client.isOpen) throw notConnected('closed');
  const listener: MessageListener = (message) => onMessage(String(message));
  const end = (): void => {
    if (client.isOpen) client.unsubscribe(channel, listener).catch(() => undefined);
  };
  const subscribing = client.subscribe(channel, listener);
  try {
    await raceAbort(subscribing, signal);
    return end;
  } catch (error) {
    // The client may subscribe later.
    subscribing.then(end, () => undefined);
    throw error;
  }
}
