import type { EndpointOutlet } from '../../extension/health-endpoints.js';
import { elapsed } from '../../core/moment.js';
import { shutdownClock } from '../../core/shutdown-clock.js';

/** Maximum number of unread bytes of a client. A client beyond it is dropped. The limit is above the amount that a slow network delays. */
const MOST_PENDING = 256 * 1024;
/** Maximum duration of a stream, in milliseconds. The client then reconnects, which checks its access again. */
const LONGEST_STREAM = 15 * 60_000;
/** Minimum time for a client to read its last event, in milliseconds. */
const TIME_TO_LEAVE = 500;

/** Encodes a server-sent event. All clients receive the same bytes. */
export function eventOf(event: string, data: string, id?: string): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
}

/** Makes a page reconnect. Without this event the end of the stream would make it show "not live". */
const RENEW = eventOf('renew', 'over');

interface Client<Channel> {
  readonly outlet: EndpointOutlet;
  readonly channel: Channel;
  readonly since: number;
  /** Time of the `renew` event. Undefined: none was sent. */
  renewedAt: number | undefined;
}

/**
 * The clients of an event stream. An event is encoded once for all clients of a channel. A client that does not read is
 * dropped, so that the memory of a client is bounded.
 */
export class EventHub<Channel> {
  readonly #maxClients: number;
  readonly #clients = new Set<Client<Channel>>();
  #dropped = 0;
  #isClosed = false;
  #leaving: NodeJS.Timeout | undefined;

  constructor(maxClients: number) {
    this.#maxClients = maxClients;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Number of clients that were dropped because they did not read. */
  get dropped(): number {
    return this.#dropped;
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#maxClients;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The channels with at least one client. */
  get channels(): ReadonlySet<Channel> {
    return new Set([...this.#clients].map(({ channel }) => channel));
  }

  add(outlet: EndpointOutlet, channel: Channel): void {
    const client = { outlet, channel, since: elapsed(), renewedAt: undefined };
    this.#clients.add(client);
    outlet.onClose(() => this.#remove(client));
  }

  send(channel: Channel, event: Buffer): void {
    for (const client of this.#clients) if (client.channel === channel) this.#write(client, event);
  }

  /** Sends a heartbeat to all clients. A client of a long stream gets `renew` instead, and is disconnected if it stays. */
  beat(event: Buffer): void {
    const now = elapsed();
    for (const client of this.#clients) {
      if (client.renewedAt !== undefined) {
        if (now - client.renewedAt >= TIME_TO_LEAVE) this.#disconnect(client);
      } else if (now - client.since > LONGEST_STREAM) this.#renew(client, now);
      else this.#write(client, event);
    }
  }

  /** Sends the last event and ends all streams. Clients that do not read it are disconnected after `TIME_TO_LEAVE`. */
  close(event: Buffer): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const client of this.#clients) {
      this.#write(client, event);
      client.outlet.end();
    }
    if (this.#clients.size === 0) return;
    this.#leaving = shutdownClock.setTimeout(() => this.#disconnectAll(), TIME_TO_LEAVE);
    this.#leaving.unref();
  }

  #renew(client: Client<Channel>, now: number): void {
    client.renewedAt = now;
    this.#write(client, RENEW);
    client.outlet.end();
  }

  #disconnectAll(): void {
    for (const { outlet } of this.#clients) outlet.destroy();
  }

  #write(client: Client<Channel>, event: Buffer): void {
    const { outlet } = client;
    if (outlet.pending <= MOST_PENDING) {
      outlet.write(event);
      return;
    }
    this.#dropped += 1;
    this.#disconnect(client);
  }

  /** Removes the client first: a connection that ended before the stream began emits no `close`. */
  #disconnect(client: Client<Channel>): void {
    this.#remove(client);
    client.outlet.destroy();
  }

  #remove(client: Client<Channel>): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) shutdownClock.clearTimeout(this.#leaving);
  }
}
