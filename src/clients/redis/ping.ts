import { ClientRequests } from '../client-requests.js';
import type { PoolCapacity } from '../pool-capacity.js';
import { explainRedisError } from './failure.js';
import type { RedisResponse } from './requests.js';

/** Shared by all indicators: two indicators with the same client share its ping. */
const pings = new ClientRequests<RedisResponse>();

/** Sends a ping by `send`, one at a time on each client. `capacity`: as in `ClientCalls`. */
export function pingRedis(
  client: object,
  details: boolean,
  signal: AbortSignal,
  send: (abandoned: AbortSignal) => Promise<RedisResponse>,
  capacity?: () => PoolCapacity,
): Promise<RedisResponse> {
  const begin = async (abandoned: AbortSignal): Promise<RedisResponse> => {
    try {
      return await send(abandoned);
    } catch (error) {
      throw explainRedisError(error);
    }
  };
  return pings.send(client, details ? 'details' : 'ping', signal, begin, capacity);
}
