import { hasMethods } from '../../core/has-methods.js';

/** The used part of an object with events. */
export interface AmqpEmitter {
  on(event: string, listener: (...details: unknown[]) => void): unknown;
  off(event: string, listener: (...details: unknown[]) => void): unknown;
}

/** The used part of a channel of `amqplib`. */
export interface AmqpChannel extends AmqpEmitter {
  checkExchange(exchange: string): Promise<unknown>;
  checkQueue(queue: string): Promise<{ readonly messageCount: number; readonly consumerCount: number }>;
  close(): Promise<unknown>;
  /** The internal connection of the library, without public methods. */
  readonly connection: object;
}

/** The used part of a connection of `amqplib`, with or without its option `recovery`. */
export interface AmqpConnection extends AmqpEmitter {
  createChannel(): Promise<AmqpChannel>;
  /** The internal connection of the library. Absent with `recovery`, which replaces the internal connection. */
  readonly connection?: object;
}

/**
 * An object that holds the current connection, and replaces it after it has ended: a service of the application, or a
 * connection manager. Without a connection, the property is undefined or null, or its getter throws.
 */
export interface AmqpConnectionHolder {
  readonly connection: AmqpConnection | null | undefined;
}

export type AmqplibClient = AmqpConnection | AmqpChannel | AmqpConnectionHolder;

export function isAmqplibClient(candidate: unknown): candidate is AmqplibClient {
  return isChannel(candidate) || isConnection(candidate) || isHolder(candidate);
}

export function isChannel(candidate: unknown): candidate is AmqpChannel {
  return (
    hasMethods(candidate, 'checkExchange', 'checkQueue', 'close', 'on', 'off') &&
    hasMethods(Reflect.get(candidate, 'connection'), 'on', 'off')
  );
}

/** The current connection, if there is one. */
export function currentConnection(client: AmqpConnection | AmqpConnectionHolder): AmqpConnection | undefined {
  return isConnection(client) ? client : connectionOf(client);
}

/** A connection manager has `createChannel` too, for channels of another kind. Only managers have `isConnected`. */
function isConnection(candidate: unknown): candidate is AmqpConnection {
  return hasMethods(candidate, 'createChannel', 'on', 'off') && !hasMethods(candidate, 'isConnected');
}

function isHolder(candidate: unknown): candidate is AmqpConnectionHolder {
  if (!hasMethods(candidate) || !('connection' in candidate)) return false;
  const connection = connectionOf(candidate);
  return connection === undefined || isConnection(connection);
}

function connectionOf(holder: object): AmqpConnection | undefined {
  try {
    return (holder as AmqpConnectionHolder).connection ?? undefined;
  } catch {
    return undefined;
  }
}
