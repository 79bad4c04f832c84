import { ClientCalls } from '../../clients/client-calls.js';
import { grpcFailure } from '../../clients/grpc-failure.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { EtcdClient, EtcdStatus } from './etcd-client.js';
import { WatchedCall } from './watched-call.js';

/** Of all indicators: two that look at one client share its call, too. */
const calls = new ClientCalls<EtcdStatus>();

/** Asks a member of the cluster how it is, with one call on the client at a time. */
export function ask(client: EtcdClient, signal: AbortSignal): Promise<EtcdStatus> {
  return calls.call(client, signal, async (abandoned) => {
    const call = new WatchedCall();
    const cancel = (): void => call.cancel();
    abandoned.addEventListener('abort', cancel, { once: true });
    try {
      return await client.maintenance.status(call.options);
    } catch (error) {
      throw call.failure ? grpcFailure(call.failure, error) : explain(error);
    } finally {
      abandoned.removeEventListener('abort', cancel);
    }
  });
}

/** The errors of the client itself, which has not called the server at all. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('isBrokenCircuitError' in error) {
    return new HealthCheckError('the client waits before it tries again: its circuit breaker is open', {
      cause: error,
    });
  }
  if (error.constructor.name === 'ClientClosedError')
    return new HealthCheckError('the client is closed', { cause: error });
  return error;
}
