import { ClientCalls } from '../../clients/client-calls.js';
import { onAbort } from '../../core/async.js';
import { explain } from './failure.js';
import type { GrpcCaller } from './grpc-client.js';
import { CHECK_METHOD, type ServingStatus, readResponse, writeRequest } from './health-messages.js';

/** Shared by all indicators, by service: two indicators with the same client and service share a call. */
const pings = new Map<string, ClientCalls<ServingStatus>>();

/** Requests the health of a service. The call is cancelled when its last caller has given up. */
export function ping(caller: GrpcCaller, service: string, signal: AbortSignal): Promise<ServingStatus> {
  const ofService = pings.get(service) ?? new ClientCalls<ServingStatus>();
  pings.set(service, ofService);
  return ofService.call(caller, signal, (abandoned) => check(caller, service, abandoned));
}

function check(caller: GrpcCaller, service: string, abandoned: AbortSignal): Promise<ServingStatus> {
  return new Promise((resolve, reject) => {
    const call = caller.makeUnaryRequest(CHECK_METHOD, writeRequest, readResponse, service, (error, status) => {
      removeListener();
      if (error) reject(explain(error, service));
      else resolve(status as ServingStatus);
    });
    const removeListener = onAbort(abandoned, () => call.cancel());
  });
}
