import { isMqttConnection, pingMqtt } from '../../clients/mqtt-ping.js';
import { notConnected } from '../../clients/not-connected.js';
import { type Transport, has } from './microservice.js';

/**
 * Asks the broker behind a transport for an answer, in the way of its own client. TCP has no such question, and the
 * client for RabbitMQ has none either: of these it is known whether they are connected, and no more.
 */
export async function roundTrip(transport: Transport): Promise<void> {
  const inside = unwrap(transport);
  // Redis has two: one to publish, and one to subscribe.
  for (const client of Array.isArray(inside) ? inside : [inside]) await ping(client);
}

async function ping(client: unknown): Promise<void> {
  if (isMqttConnection(client)) {
    if (!client.connected) throw notConnected('reconnecting');
    await pingMqtt(client);
  } else if (isRedis(client)) {
    // Otherwise it would put the ping aside. A subscriber may ask this, too.
    if (client.status !== 'ready') throw notConnected(client.status);
    await client.ping();
  } else if (isNats(client)) {
    await client.rtt();
  } else if (isConnectionManager(client) && !client.isConnected()) {
    throw notConnected('reconnecting');
  }
}

/** A transport of the application's own may have nothing inside. */
function unwrap(transport: Transport): unknown {
  try {
    return transport.unwrap();
  } catch {
    return undefined;
  }
}

const isRedis = (client: unknown): client is { readonly status: string; ping(): Promise<unknown> } =>
  has(client, 'ping') && 'status' in client && typeof client.status === 'string';

const isNats = (client: unknown): client is { rtt(): Promise<number> } => has(client, 'rtt');

const isConnectionManager = (client: unknown): client is { isConnected(): boolean } => has(client, 'isConnected');
