import { notConnected } from '../../clients/not-connected.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type AmqpChannel, type AmqpConnection, type AmqpEmitter, isChannel } from './amqp-client.js';

/** The broker has stopped to take anything from a connection, also questions. */
export class BlockedError extends HealthCheckError {}

/** Short words such as "low on memory". Whatever else a broker says stays with it. */
const KNOWN_REASON = /^[\w ,&-]{1,60}$/;

/**
 * What there is to know of a connection between two checks, because the library only tells it as it happens; and the
 * channel that checks ask on. It is opened when it is first needed and kept: what a broker does not like to be asked, it
 * answers by closing the channel, which must not be one that the application works on.
 */
export class ConnectionWatch {
  readonly #connection: AmqpConnection | AmqpChannel;
  readonly #events: AmqpEmitter;
  readonly #listeners: readonly (readonly [string, (...details: unknown[]) => void])[];
  #channel: AmqpChannel | undefined;
  #isLost = false;
  #isOver = false;
  #blocked: BlockedError | undefined;

  constructor(connection: AmqpConnection | AmqpChannel) {
    this.#connection = connection;
    this.#events = isChannel(connection) ? (connection.connection as AmqpEmitter) : connection;
    const lost = (): void => this.#becomes(true);
    this.#listeners = [
      ['close', lost],
      // The last three are of a connection that recovers.
      ['disconnect', lost],
      ['reconnect-failed', lost],
      ['connect', () => this.#becomes(false)],
      ['blocked', (reason) => (this.#blocked = blockedFor(reason))],
      ['unblocked', () => (this.#blocked = undefined)],
    ];
    for (const [event, listener] of this.#listeners) this.#events.on(event, listener);
  }

  /** Whether nothing can be asked now; why, if so. */
  get obstacle(): HealthCheckError | undefined {
    if (this.#isLost || this.#told('expectSocketClose')) {
      return notConnected('waitForConnect' in this.#connection ? 'reconnecting' : 'closed');
    }
    // It may have begun before anybody listened.
    return this.#blocked ?? (this.#told('blocked') ? blockedFor(undefined) : undefined);
  }

  /** Asks on the channel. An answer that does not come because the broker blocks the connection is not waited for. */
  async ask<T>(question: (channel: AmqpChannel) => Promise<T>): Promise<T> {
    const { obstacle } = this;
    if (obstacle) throw obstacle;
    let onBlocked = (_reason: unknown): void => undefined;
    const blocked = new Promise<never>((_resolve, reject) => {
      onBlocked = (reason) => reject(blockedFor(reason));
    });
    this.#events.on('blocked', onBlocked);
    try {
      return await Promise.race([this.#open().then(question), blocked]);
    } finally {
      this.#events.off('blocked', onBlocked);
    }
  }

  /** Takes back what was done to the connection. */
  end(): void {
    this.#isOver = true;
    for (const [event, listener] of this.#listeners) this.#events.off(event, listener);
    if (this.#channel) close(this.#channel);
    this.#channel = undefined;
  }

  async #open(): Promise<AmqpChannel> {
    if (isChannel(this.#connection)) return this.#connection;
    if (this.#channel) return this.#channel;
    const channel = await this.#connection.createChannel();
    // An error that nobody listens to would end the application's connection.
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
    if (this.#isOver) close(channel);
    else this.#channel = channel;
    return channel;
  }

  #becomes(isLost: boolean): void {
    this.#isLost = isLost;
    // That was said of the connection that has ended.
    this.#blocked = undefined;
  }

  /** What the library itself notes of the connection. Not every version does. */
  #told(fact: 'blocked' | 'expectSocketClose'): boolean {
    const { connection } = this.#connection;
    return connection !== undefined && Reflect.get(connection, fact) === true;
  }
}

interface Entry {
  readonly watch: ConnectionWatch;
  users: number;
}

const watches = new WeakMap<object, Entry>();

/** The watch of a connection, which all indicators of it share. */
export function watch(connection: AmqpConnection | AmqpChannel): ConnectionWatch {
  const entry = watches.get(connection) ?? { watch: new ConnectionWatch(connection), users: 0 };
  watches.set(connection, entry);
  entry.users += 1;
  return entry.watch;
}

/** The last one that lets go ends it. */
export function unwatch(connection: AmqpConnection | AmqpChannel): void {
  const entry = watches.get(connection);
  if (!entry) return;
  entry.users -= 1;
  if (entry.users > 0) return;
  watches.delete(connection);
  entry.watch.end();
}

function blockedFor(reason: unknown): BlockedError {
  const why = typeof reason === 'string' && KNOWN_REASON.test(reason) ? `: ${reason}` : '';
  return new BlockedError(`the broker blocks the connection${why}`);
}

function close(channel: AmqpChannel): void {
  const closing = async (): Promise<unknown> => channel.close();
  // It has ended with its connection, or will.
  closing().catch(() => undefined);
}
