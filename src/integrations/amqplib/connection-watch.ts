import { notConnected } from '../../clients/not-connected.js';
import { raceEvent } from '../../clients/race-event.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type AmqpChannel, type AmqpConnection, type AmqpEmitter, isChannel } from './amqp-client.js';

/** The broker has stopped reading from the connection, so it does not receive the requests of a check. */
export class BlockedError extends HealthCheckError {}

/** Short texts such as "low on memory". Any other reason of a broker is not reported. */
const KNOWN_REASON = /^[\w ,&-]{1,60}$/;

/**
 * Records the events of a connection between two checks, because the library keeps no state of them. It also opens the
 * channel of the checks on first use, and keeps it. Checks need a channel of their own, because a broker
 * closes the channel of a request that it refuses.
 */
export class ConnectionWatch {
  readonly #connection: AmqpConnection | AmqpChannel;
  readonly #events: AmqpEmitter;
  readonly #listeners: readonly (readonly [string, (...details: unknown[]) => void])[];
  #channel: AmqpChannel | undefined;
  #isLost = false;
  #isEnded = false;
  #blocked: BlockedError | undefined;

  constructor(connection: AmqpConnection | AmqpChannel) {
    this.#connection = connection;
    this.#events = isChannel(connection) ? (connection.connection as AmqpEmitter) : connection;
    const lost = (): void => this.#setLost(true);
    this.#listeners = [
      ['close', lost],
      // A connection with `recovery` emits these three events.
      ['disconnect', lost],
      ['reconnect-failed', lost],
      ['connect', () => this.#setLost(false)],
      ['blocked', (reason) => (this.#blocked = blockedFor(reason))],
      ['unblocked', () => (this.#blocked = undefined)],
    ];
    for (const [event, listener] of this.#listeners) this.#events.on(event, listener);
  }

  /** The reason why no request can be sent now. Undefined: a request can be sent. */
  get obstacle(): HealthCheckError | undefined {
    if (this.#isLost || this.#hasFlag('expectSocketClose')) {
      return notConnected('waitForConnect' in this.#connection ? 'reconnecting' : 'closed');
    }
    // The connection may have been blocked before this object existed.
    return this.#blocked ?? (this.#hasFlag('blocked') ? blockedFor(undefined) : undefined);
  }

  /** Sends a request on the channel. Rejects at once if the broker blocks the connection meanwhile. */
  async send<T>(request: (channel: AmqpChannel) => Promise<T>): Promise<T> {
    const { obstacle } = this;
    if (obstacle) throw obstacle;
    return raceEvent(this.#open().then(request), this.#events, ['blocked'], blockedFor);
  }

  /** Removes the listeners and closes the channel. */
  end(): void {
    this.#isEnded = true;
    for (const [event, listener] of this.#listeners) this.#events.off(event, listener);
    if (this.#channel) close(this.#channel);
    this.#channel = undefined;
  }

  async #open(): Promise<AmqpChannel> {
    if (isChannel(this.#connection)) return this.#connection;
    if (this.#channel) return this.#channel;
    const channel = await this.#connection.createChannel();
    // An error without a listener would end the application's connection.
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
    if (this.#isEnded) close(channel);
    else this.#channel = channel;
    return channel;
  }

  #setLost(isLost: boolean): void {
    this.#isLost = isLost;
    // The blocked state belonged to the connection that has ended.
    this.#blocked = undefined;
  }

  /** Whether the library has set this flag on its connection. Some versions have no such flags. */
  #hasFlag(flag: 'blocked' | 'expectSocketClose'): boolean {
    const { connection } = this.#connection;
    return connection !== undefined && Reflect.get(connection, flag) === true;
  }
}

interface Entry {
  readonly watch: ConnectionWatch;
  users: number;
}

const watches = new WeakMap<object, Entry>();

/** The watch of a connection. All indicators with this connection share it. */
export function watch(connection: AmqpConnection | AmqpChannel): ConnectionWatch {
  const entry = watches.get(connection) ?? { watch: new ConnectionWatch(connection), users: 0 };
  watches.set(connection, entry);
  entry.users += 1;
  return entry.watch;
}

/** Ends the watch when no indicator uses it any more. */
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
  // `close()` fails if the connection has ended, which closes the channel too.
  closing().catch(() => undefined);
}
