import {
  type AmqpChannel,
  type AmqpConnection,
  type AmqplibClient,
  isChannel,
  currentConnection,
} from './amqp-client.js';
import { type ConnectionWatch, unwatch, watch } from './connection-watch.js';

/** The watch of an indicator's current connection. It is replaced when the client holds another connection. */
export class CurrentWatch {
  #watched: AmqpConnection | AmqpChannel | undefined;
  #watch: ConnectionWatch | undefined;

  /** Undefined if the client has no connection. */
  of(client: AmqplibClient): ConnectionWatch | undefined {
    this.#replace(isChannel(client) ? client : currentConnection(client));
    return this.#watch;
  }

  end(): void {
    this.#replace(undefined);
  }

  #replace(connection: AmqpConnection | AmqpChannel | undefined): void {
    if (connection === this.#watched) return;
    if (this.#watched) unwatch(this.#watched);
    this.#watched = connection;
    this.#watch = connection && watch(connection);
  }
}
