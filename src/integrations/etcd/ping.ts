import { ClientCalls } from '../../clients/client-calls.js';
import { grpcFailure } from '../../clients/grpc-failure.js';
import { onAbort } from '../../core/async.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { EtcdClient, EtcdStatus } from './etcd-client.js';
import { WatchedCall } from '../../clients/watched-call.js';

/** Shared by all indicators: two indicators with the same client share its call. */
const pings = new ClientCalls<EtcdStatus>();

const REFUSALS = {
  PERMISSION_DENIED: 'cannot check the member: the user is not permitted to request its status',
};

/** Requests the status of a member of the cluster, with one call on the client at a time. */
export function ping(client: EtcdClient, signal: AbortSignal): Promise<EtcdStatus> {
  return pings.call(client, signal, async (abandoned) => {
    const call = new WatchedCall();
    const removeListener = onAbort(abandoned, () => call.cancel());
    try {
      return await client.maintenance.status(call.options);
    } catch (error) {
      throw call.failure ? grpcFailure(call.failure, error, { refusals: REFUSALS }) : explain(error);
    } finally {
      removeListener();
    }
  });
}

/** The errors of the client itself, which has not called the server. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('isBrokenCircuitError' in error) {
    return new HealthCheckError('the client pauses before its next attempt: its circuit breaker is open', {
      cause: error,
    });
  }
  return error.constructor.name === 'ClientClosedError'
    ? new HealthCheckError('the client is closed', { cause: error })
    : error;
}
