import { ClientCalls } from '../../clients/client-calls.js';
import { pgPoolCounts } from '../../clients/pg-pool.js';
import type { PoolCounts } from '../../clients/pool-data.js';
import { type PoolCapacity, capacityFrom } from '../../clients/pool-capacity.js';
import { explain } from './failure.js';
import { type PrismaClientLike, type PrismaMongoClient, isMongo, poolOf } from './prisma-client.js';
import { query } from './query.js';

/** Shared by all indicators: two indicators with the same pool, or with the same client, share its ping. */
const pings = new ClientCalls<void>();

/** Pings the database, with at most one connection of the pool at a time. */
export function ping(client: PrismaClientLike, signal: AbortSignal): Promise<void> {
  const begin = async (abandoned: AbortSignal): Promise<void> => {
    if (isMongo(client)) await pingMongo(client);
    else await query(client, 'SELECT 1', abandoned);
  };
  return pings.call(callKeyOf(client), signal, begin, () => capacityOf(client));
}

/** The object by which calls are shared: the pool, because a client that extends another one has the same pool. */
export function callKeyOf(client: PrismaClientLike): object {
  return poolOf(client) ?? client;
}

/** A pool that cannot be counted may be able to open a connection, so a call that never ends only delays the next one. */
export function capacityOf(client: PrismaClientLike): PoolCapacity {
  const counts = countsOf(client);
  return counts ? capacityFrom(counts) : 'some';
}

export function countsOf(client: PrismaClientLike): PoolCounts | undefined {
  const pool = poolOf(client);
  return pool && pgPoolCounts(pool);
}

async function pingMongo(client: PrismaMongoClient): Promise<void> {
  try {
    await client.$runCommandRaw({ ping: 1 });
  } catch (error) {
    throw explain(error);
  }
}
