import { ClientCalls } from '../../clients/client-calls.js';
import { explainEtcdError } from '../../clients/etcd/failure.js';
import { explainGrpcError } from '../../clients/grpc-failure.js';
import { onAbort } from '../../core/async.js';
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
      throw call.failure ? explainGrpcError(call.failure, error, { refusals: REFUSALS }) : explainEtcdError(error);
    } finally {
      removeListener();
    }
  });
}
