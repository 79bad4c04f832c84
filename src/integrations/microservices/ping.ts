import { ClientRequests } from '../../clients/client-requests.js';
import type { MicroserviceClient, Transport } from './microservice.js';
import { type ServiceRequest, request } from './request.js';
import { roundTrip } from './round-trip.js';
import { explain, unlessLost } from './transport-state.js';

/** Of all indicators: those that look at one transport ask one after the other. */
const questions = new ClientRequests<void>();

/** Asks the service behind a client, or the broker before it if there is no request for the service. */
export async function askClient(
  client: MicroserviceClient,
  service: ServiceRequest | undefined,
  signal: AbortSignal,
): Promise<void> {
  await ask(client, service, signal, async (abandoned) => {
    // The connection is the application's: its own first message would open it, and the same one if it was lost.
    await client.connect();
    abandoned.throwIfAborted();
    const over = new AbortController();
    const asked = service ? request(client, service, AbortSignal.any([abandoned, over.signal])) : roundTrip(client);
    try {
      await unlessLost(client, asked);
    } finally {
      over.abort();
    }
  });
}

/** Asks the broker that a server takes its messages from. */
export async function askServer(server: Transport, signal: AbortSignal): Promise<void> {
  await ask(server, undefined, signal, () => unlessLost(server, roundTrip(server)));
}

async function ask(
  transport: Transport,
  question: ServiceRequest | undefined,
  signal: AbortSignal,
  begin: (abandoned: AbortSignal) => Promise<void>,
): Promise<void> {
  await questions.ask(transport, question, signal, async (abandoned) => {
    try {
      await begin(abandoned);
    } catch (error) {
      throw explain(error);
    }
  });
}
