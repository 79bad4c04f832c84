import type { HealthCheckContext } from '../../core/check.js';
import { type HealthData, type HealthResult, down } from '../../core/result.js';
import { assess } from '../assess.js';
import { poolData, saturation } from '../pool-data.js';
import { type ServerState, hello } from './hello.js';
import type { MongoClient } from './mongo-client.js';
import { countsOf } from './topology.js';

/** The options of the indicators with the driver of MongoDB. */
export interface MongoLimits {
  /** The status while a replica set has no primary. Default: `'down'`. */
  readonly noPrimary?: 'degraded' | 'down';
  /** The greatest number of callers that may wait for a connection of the pool. With more, the status is DEGRADED. Default: no limit. */
  readonly maxWaiting?: number;
}

/** Requests the state of a server, and reports the pool, also when the check times out. */
export async function checkMongo(
  { signal, attach }: HealthCheckContext,
  client: MongoClient,
  { noPrimary = 'down', maxWaiting }: MongoLimits,
): Promise<HealthResult> {
  attach(() => poolOf(client));
  // Counted before the command, which may have to wait for a connection itself.
  const before = countsOf(client);
  const state = await hello(client, signal);
  const data = { ...serverData(state), ...poolOf(client) };
  const problem = roleProblem(state);
  if (problem !== undefined && (noPrimary === 'down' || state.role === 'other')) return down(problem, data);
  return assess([problem, saturation(before, maxWaiting)], data);
}

function roleProblem({ role }: ServerState): string | undefined {
  if (role === 'secondary') return 'there is no primary: a secondary has responded';
  return role === 'other' ? 'the server is neither a primary nor a secondary' : undefined;
}

function serverData({ role, setName }: ServerState): HealthData {
  return { server_role: role, ...(setName !== undefined && { replica_set: setName }) };
}

function poolOf(client: MongoClient): HealthData | undefined {
  const counts = countsOf(client);
  return counts && poolData(counts);
}
