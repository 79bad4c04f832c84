import { isForbidden, isRedirection } from './failure.js';

/** Sends a command over an open connection, and resolves to the reply. */
export type SendToRedis = (name: string, ...parameters: string[]) => Promise<unknown>;

/** The fields of `INFO` or `CLUSTER INFO`, by the names of the server. */
export type RedisInfo = Readonly<Record<string, string>>;

export interface RedisResponse {
  /** Undefined if it was not requested, or if the user is not permitted to request it. */
  readonly info: RedisInfo | undefined;
  /** Names a command that the user is not permitted to send, for `data`. */
  readonly note?: string;
  /** The number of idle clients without a connection that the pool returned before the client of the ping. */
  readonly unconnected?: number;
}

/** Pings a server. With `details`, it requests memory and role too, if the user is permitted to. */
export async function pingRedisServer(send: SendToRedis, details: boolean): Promise<RedisResponse> {
  // The client sends all commands together, in one round trip.
  const [isPingForbidden, memory, replication] = await Promise.all([
    isForbiddenToPing(send),
    details ? infoOf(send, 'memory') : undefined,
    details ? infoOf(send, 'replication') : undefined,
  ]);
  const info = memory && replication && { ...memory, ...replication };
  if (!isPingForbidden) return { info };
  // A server that is loading its data refuses this command, but replies to a forbidden command as usual.
  await readMissingKey(send);
  return { info, note: 'PING is not permitted' };
}

/** Requests the state of a cluster from one of its nodes. */
export async function pingRedisCluster(send: SendToRedis): Promise<RedisResponse> {
  try {
    return { info: parse(await send('CLUSTER', 'INFO')) };
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  await readMissingKey(send);
  return { info: undefined, note: 'CLUSTER INFO is not permitted' };
}

/** The progress of a server that is loading its data. Undefined if it has finished, or if the user may not request it. */
export async function loadingProgress(send: SendToRedis): Promise<RedisInfo | undefined> {
  const info = await infoOf(send, 'persistence');
  return info?.['loading'] === '1' ? info : undefined;
}

async function infoOf(send: SendToRedis, section: string): Promise<RedisInfo | undefined> {
  try {
    return parse(await send('INFO', section));
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

async function isForbiddenToPing(send: SendToRedis): Promise<boolean> {
  try {
    await send('PING');
    return false;
  } catch (error) {
    if (isForbidden(error)) return true;
    throw error;
  }
}

/**
 * Reads a key that does not exist, as an application with few permissions can. A refusal, or a redirection to another
 * node of a cluster, also shows that the server works and that the user is logged in.
 */
async function readMissingKey(send: SendToRedis): Promise<void> {
  try {
    await send('EXISTS', 'nest-vitals');
  } catch (error) {
    if (!isForbidden(error) && !isRedirection(error)) throw error;
  }
}

/** The reply has lines of `name:value`, and headings. */
function parse(reply: unknown): RedisInfo {
  return Object.fromEntries([...String(reply).matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name, value]));
}
