import { raceAbort } from '../../core/async.js';
import { notConnected } from '../not-connected.js';

/** The used part of a `Redis` or a `Cluster` of `ioredis`. */
export interface IoRedisState {
  readonly status: string;
  connect(): Promise<unknown>;
  // eslint-disable-next-line typescript/no-explicit-any -- the events have different parameters
  on(event: string, listener: (...values: any[]) => void): unknown;
  // eslint-disable-next-line typescript/no-explicit-any -- the events have different parameters
  off(event: string, listener: (...values: any[]) => void): unknown;
}

export const isIoRedisCluster = <T extends object>(client: T): client is Extract<T, { nodes: unknown }> =>
  'nodes' in client;

/** The state of a client with `lazyConnect` that has not been connected. */
export const UNCONNECTED = 'wait';
/** In these states a client is about to be ready. In all others it waits before its next attempt, or has given up. */
const CONNECTING: ReadonlySet<string> = new Set(['connecting', 'connect']);

/**
 * Connects a client with `lazyConnect`. The first command of the application would also connect it, but an instance that is not
 * ready gets no traffic, so that command might never be sent.
 */
function connectLazyClient(client: IoRedisState): void {
  if (client.status === UNCONNECTED) client.connect().catch(() => undefined);
}

/**
 * Resolves when a command can be sent at once. Rejects at once for a client without a connection, because it would queue
 * the command until it has one. `connecting` waits for a client that connects. Default: until its state changes.
 */
export async function ioRedisReady(
  client: IoRedisState,
  signal: AbortSignal,
  connecting: () => Promise<void> = () => stateChange(client, signal),
): Promise<void> {
  connectLazyClient(client);
  if (CONNECTING.has(client.status)) await connecting();
  if (client.status !== 'ready') throw notConnected(client.status === 'end' ? 'closed' : client.status);
}

async function stateChange(client: IoRedisState, signal: AbortSignal): Promise<void> {
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
