import { hasMethods } from '../../core/has-methods.js';
import type { MongoClient } from '../../clients/mongo/mongo-client.js';
import { notConnected } from '../../clients/not-connected.js';

/** The used part of a `Connection` of `mongoose`. */
export interface MongooseConnection {
  readonly readyState: number;
  /** The client of the driver. A connection has none before `openUri()`. */
  getClient(): MongoClient | null | undefined;
}

/** The states of a connection, by their numbers in mongoose. */
const STATES: readonly string[] = ['disconnected', 'connected', 'connecting', 'disconnecting'];

export function isMongooseConnection(candidate: unknown): candidate is MongooseConnection {
  return hasMethods(candidate, 'getClient', 'useDb') && typeof Reflect.get(candidate, 'readyState') === 'number';
}

/** Returns the driver's client, because Mongoose would queue a command until it has connected. */
export function clientOf(connection: MongooseConnection): MongoClient {
  const client = connection.getClient();
  if (!client) throw notConnected(STATES[connection.readyState] ?? 'not connected');
  return client;
}
