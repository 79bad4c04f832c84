import { ClientCalls } from '../../clients/client-calls.js';
import { explain } from './failure.js';
import type { GrpcCaller } from './grpc-client.js';
import { CHECK_METHOD, type ServingStatus, readResponse, writeRequest } from './health-messages.js';

/** Of all indicators: those that ask one client for the same service share a call. */
const calls = new Map<string, ClientCalls<ServingStatus>>();

/** Asks the server for a service, and cancels the call when nobody waits for the answer any more. */
export function ask(caller: GrpcCaller, service: string, signal: AbortSignal): Promise<ServingStatus> {
  const ofService = calls.get(service) ?? new ClientCalls<ServingStatus>();
  calls.set(service, ofService);
  return ofService.call(caller, signal, (abandoned) => check(caller, service, abandoned));
}

function check(caller: GrpcCaller, service: string, abandoned: AbortSignal): Promise<ServingStatus> {
  return new Promise((resolve, reject) => {
    const call = caller.makeUnaryRequest(CHECK_METHOD, writeRequest, readResponse, service, (error, status) => {
      abandoned.removeEventListener('abort', cancel);
      if (error) reject(explain(error, service));
      else resolve(status as ServingStatus);
    });
    const cancel = (): void => call.cancel();
    abandoned.addEventListener('abort', cancel, { once: true });
  });
}
