/** What is used of whatever tells of its events. */
export interface AmqpEmitter {
  on(event: string, listener: (...details: unknown[]) => void): unknown;
  off(event: string, listener: (...details: unknown[]) => void): unknown;
}

/** What is used of a channel of `amqplib`. */
export interface AmqpChannel extends AmqpEmitter {
  checkExchange(exchange: string): Promise<unknown>;
  checkQueue(queue: string): Promise<{ readonly messageCount: number; readonly consumerCount: number }>;
  close(): Promise<unknown>;
  /** The connection as the library knows it. It has no methods that are public. */
  readonly connection: object;
}

/** What is used of a connection of `amqplib`, with its option `recovery` or without. */
export interface AmqpConnection extends AmqpEmitter {
  createChannel(): Promise<AmqpChannel>;
  /** The connection as the library knows it. Absent in one that recovers: it has many, one after the other. */
  readonly connection?: object;
}

/**
 * Whatever has the connection of the moment, and another one when that has ended: a service of the application, or a
 * connection manager. While there is none, the property is undefined or null, or its getter throws.
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
    has(candidate, 'checkExchange', 'checkQueue', 'close', 'on', 'off') &&
    has(Reflect.get(candidate, 'connection'), 'on', 'off')
  );
}

/** The connection that there is. */
export function presentConnection(client: AmqpConnection | AmqpConnectionHolder): AmqpConnection | undefined {
  return isConnection(client) ? client : connectionOf(client);
}

/** A connection manager makes channels, too, of another kind: it is known by the question for its state. */
function isConnection(candidate: unknown): candidate is AmqpConnection {
  return has(candidate, 'createChannel', 'on', 'off') && !has(candidate, 'isConnected');
}

function isHolder(candidate: unknown): candidate is AmqpConnectionHolder {
  if (typeof candidate !== 'object' || candidate === null || !('connection' in candidate)) return false;
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

function has(candidate: unknown, ...methods: readonly string[]): candidate is object {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    methods.every((method) => typeof Reflect.get(candidate, method) === 'function')
  );
}
