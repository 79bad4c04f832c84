import type { EndpointOutlet } from '../../extension/health-endpoints.js';
import { elapsed } from '../../core/moment.js';
import { shutdownClock } from '../../core/shutdown-clock.js';

/** What a client may leave unread, in bytes, before it is dropped: some events more than a slow network ever holds. */
const MOST_PENDING = 256 * 1024;
/** Milliseconds after which a client has to come anew, so that whoever may not see the page any more does not. */
const LONGEST_STREAM = 15 * 60_000;
/** Milliseconds that a client is given, at least, to read its last event. */
const TIME_TO_LEAVE = 500;

/** An event in the format of server-sent events, as it goes to every client. */
export function eventOf(event: string, data: string, id?: string): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
}

/** Asks a page to come anew: of an end without a word it would say that it is not live any more. */
const RENEW = eventOf('renew', 'over');

interface Client<Channel> {
  readonly outlet: EndpointOutlet;
  readonly channel: Channel;
  readonly since: number;
  /** Undefined: it may stay. */
  sentAwayAt: number | undefined;
}

/**
 * The clients of a stream of events. What is sent was made once, and is the same bytes for all of a channel; who does not
 * read it is dropped, so that the memory a client takes has a bound.
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

  /** How many were dropped because they did not read. */
  get dropped(): number {
    return this.#dropped;
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#maxClients;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The channels that somebody listens to. */
  get channels(): ReadonlySet<Channel> {
    return new Set([...this.#clients].map(({ channel }) => channel));
  }

  add(outlet: EndpointOutlet, channel: Channel): void {
    const client = { outlet, channel, since: elapsed(), sentAwayAt: undefined };
    this.#clients.add(client);
    outlet.onClose(() => this.#remove(client));
  }

  send(channel: Channel, event: Buffer): void {
    for (const client of this.#clients) if (client.channel === channel) this.#write(client, event);
  }

  /** A sign of life, for all. Who has listened for very long is sent away, and comes back at once; who stays is cut off. */
  beat(event: Buffer): void {
    const now = elapsed();
    for (const client of this.#clients) {
      if (client.sentAwayAt !== undefined) {
        if (now - client.sentAwayAt >= TIME_TO_LEAVE) this.#cut(client);
      } else if (now - client.since > LONGEST_STREAM) this.#sendAway(client, now);
      else this.#write(client, event);
    }
  }

  /** Says a last word to all, and takes in nobody any more. Who does not take it is cut off soon after. */
  close(event: Buffer): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const client of this.#clients) {
      this.#write(client, event);
      client.outlet.end();
    }
    if (this.#clients.size === 0) return;
    this.#leaving = shutdownClock.setTimeout(() => this.#cutAll(), TIME_TO_LEAVE);
    this.#leaving.unref();
  }

  #sendAway(client: Client<Channel>, now: number): void {
    client.sentAwayAt = now;
    this.#write(client, RENEW);
    client.outlet.end();
  }

  #cutAll(): void {
    for (const { outlet } of this.#clients) outlet.destroy();
  }

  #write(client: Client<Channel>, event: Buffer): void {
    const { outlet } = client;
    if (outlet.pending <= MOST_PENDING) {
      outlet.write(event);
      return;
    }
    this.#dropped += 1;
    this.#cut(client);
  }

  /** It is forgotten first: of one who has gone before it came, no `close` tells. */
  #cut(client: Client<Channel>): void {
    this.#remove(client);
    client.outlet.destroy();
  }

  #remove(client: Client<Channel>): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) shutdownClock.clearTimeout(this.#leaving);
  }
}
