import { connectionLost } from '../../clients/error-codes.js';
import { notConnected } from '../../clients/not-connected.js';
import { onAbort, raceAbort } from '../../core/async.js';
import type { ChannelListeners, Link } from './link.js';

/** The used part of both kinds of client of `ioredis`. */
interface IoRedisConnection {
  readonly status: string;
  readonly options: { readonly keyPrefix?: string | undefined };
  connect(): Promise<unknown>;
  disconnect(): void;
  call(command: string, ...words: string[]): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  // eslint-disable-next-line typescript/no-explicit-any -- the events have different parameters
  on(event: string, listener: (...values: any[]) => void): unknown;
  // eslint-disable-next-line typescript/no-explicit-any -- the events have different parameters
  off(event: string, listener: (...values: any[]) => void): unknown;
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

const isCluster = (client: IoRedisServerClient | IoRedisClusterClient): client is IoRedisClusterClient =>
  'nodes' in client;

export function ioredisLink(client: IoRedisServerClient | IoRedisClusterClient): Link {
  return {
    async send(_key, [name = '', ...words], signal) {
      await ready(client, signal);
      // In lower case: a cluster looks up in this form which words are keys.
      return client.call(name.toLowerCase(), ...words);
    },
    subscribe: (channel, listeners, signal) =>
      isCluster(client)
        ? subscribeCluster(client, channel, listeners, signal)
        : subscribeServer(client, channel, listeners, signal),
  };
}

/** In these states a client is about to be ready. In all others it waits before its next attempt, or has given up. */
const CONNECTING: ReadonlySet<string> = new Set(['connecting', 'connect']);

/** Resolves when a command can be sent at once. */
async function ready(client: IoRedisServerClient | IoRedisClusterClient, signal: AbortSignal): Promise<void> {
  // The application's first command would connect the client too, but it may never come.
  if (client.status === 'wait') client.connect().catch(() => undefined);
  if (CONNECTING.has(client.status)) await stateChange(client, signal);
  if (client.status !== 'ready') throw notConnected(client.status === 'end' ? 'closed' : client.status);
}

async function stateChange(client: IoRedisServerClient | IoRedisClusterClient, signal: AbortSignal): Promise<void> {
  let listener = (): void => undefined;
  const changed = new Promise<void>((resolve) => {
    listener = resolve;
  });
  for (const event of CONNECTED) client.on(event, listener);
  try {
    await raceAbort(changed, signal);
  } finally {
    for (const event of CONNECTED) client.off(event, listener);
  }
}

const CONNECTED = ['ready', 'close', 'end'];

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
  await ready(client, signal);
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
