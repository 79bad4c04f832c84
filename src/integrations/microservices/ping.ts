import { ClientRequests } from '../../clients/client-requests.js';
import { linkedAbort } from '../../core/async.js';
import type { HealthData } from '../../core/result.js';
import { explain } from './failure.js';
import type { MicroserviceClient, Transport } from './microservice.js';
import { roundTrip } from './round-trip.js';
import { type ServiceRequest, sendRequest } from './service-request.js';
import { unlessLost } from './transport-state.js';

/** Shared by all indicators: the requests on one transport run one after the other. */
const pings = new ClientRequests<HealthData | undefined>();

/** Sends the request to the service behind a client, or pings the broker if there is no request. */
export function pingClient(
  client: MicroserviceClient,
  request: ServiceRequest | undefined,
  signal: AbortSignal,
): Promise<HealthData | undefined> {
  return ping(client, request, signal, async (abandoned) => {
    // The application's own first message would open the same connection.
    await client.connect();
    abandoned.throwIfAborted();
    const over = linkedAbort(abandoned);
    const response = request ? sendRequest(client, request, over.signal) : roundTrip(client);
    try {
      return await unlessLost<HealthData | undefined>(client, response);
    } finally {
      over.release();
      over.abort();
    }
  });
}

/** Pings the broker from which a server receives its messages. */
export function pingServer(server: Transport, signal: AbortSignal): Promise<HealthData | undefined> {
  return ping(server, undefined, signal, () => unlessLost(server, roundTrip(server)));
}

function ping(
  transport: Transport,
  request: ServiceRequest | undefined,
  signal: AbortSignal,
  begin: (abandoned: AbortSignal) => Promise<HealthData | undefined>,
): Promise<HealthData | undefined> {
  return pings.send(transport, request, signal, async (abandoned) => {
    try {
      return await begin(abandoned);
    } catch (error) {
      throw explain(error);
    }
  });
}
