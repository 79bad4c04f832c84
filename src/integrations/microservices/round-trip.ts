import { hasMethods } from '../../core/has-methods.js';
import { isMqttConnection, pingMqtt } from '../../clients/mqtt-ping.js';
import { notConnected } from '../../clients/not-connected.js';
import { explainRedisError } from '../../clients/redis/failure.js';
import { pingRedisServer } from '../../clients/redis/requests.js';
import type { HealthData } from '../../core/result.js';
import type { Transport } from './microservice.js';

/**
 * Pings the broker behind a transport with the ping of its own client. TCP and the client for RabbitMQ have no ping: for
 * them, only the state of the connection is checked. Returns data for the report, if there is any.
 */
export async function roundTrip(transport: Transport): Promise<HealthData | undefined> {
  const inside = unwrap(transport);
  let data: HealthData | undefined;
  // Redis has two clients: one to publish, and one to subscribe.
  for (const client of Array.isArray(inside) ? inside : [inside]) data = (await ping(client)) ?? data;
  return data;
}

async function ping(client: unknown): Promise<HealthData | undefined> {
  if (isMqttConnection(client)) {
    if (!client.connected) throw notConnected('reconnecting');
    await pingMqtt(client);
  } else if (isRedis(client)) {
    return pingRedis(client);
  } else if (isNats(client)) {
    await client.rtt();
  } else if (isConnectionManager(client) && !client.isConnected()) {
    throw notConnected('reconnecting');
  }
  return undefined;
}

/** A refused PING is the response of a working server to a user who is logged in. */
async function pingRedis(client: RedisConnection): Promise<HealthData | undefined> {
  // A client without a connection would queue the ping.
  if (client.status !== 'ready') throw notConnected(client.status);
  try {
    // In lower case, because the client permits only names in this form on a connection of a subscriber.
    const { note } = await pingRedisServer(
      (name, ...parameters) => client.call(name.toLowerCase(), ...parameters),
      false,
    );
    return note === undefined ? undefined : { note };
  } catch (error) {
    throw explainRedisError(error);
  }
}

/** A custom transport may have no client inside. */
function unwrap(transport: Transport): unknown {
  try {
    return transport.unwrap();
  } catch {
    return undefined;
  }
}

/** The used part of a `Redis` of `ioredis`. */
interface RedisConnection {
  readonly status: string;
  call(command: string, ...parameters: string[]): Promise<unknown>;
}

const isRedis = (client: unknown): client is RedisConnection =>
  hasMethods(client, 'call', 'ping') && 'status' in client && typeof client.status === 'string';

const isNats = (client: unknown): client is { rtt(): Promise<number> } => hasMethods(client, 'rtt');

const isConnectionManager = (client: unknown): client is { isConnected(): boolean } =>
  hasMethods(client, 'isConnected');
