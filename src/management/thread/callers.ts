import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { SharedProbe } from '../shared-probes.js';
import { RECORD_LENGTH, type WireCaller } from './thread-messages.js';

/** Milliseconds for which records are collected, because a message costs the main thread more time than a record. */
const PAUSE = 100;
const MOST_RECORDS = 2000;
/** Requests of one connection with more different sets of header names do not come from a prober. */
const MOST_CALLERS = 16;
const IDENTIFYING = /^(?:user-agent|host)$/i;

export interface Records {
  readonly callers: readonly WireCaller[];
  readonly records: Float64Array;
}

/** A connection with its latest request. Most probers send the same request again and again, so it is read once. */
export class Connection {
  readonly number: number;
  readonly callers: number[] = [];
  /** The probe whose default response is the response to the latest request. */
  probe: SharedProbe | undefined;
  /** The caller of the latest request. Undefined: unknown yet. */
  caller: number | undefined;
  #method: string | undefined;
  #url: string | undefined;
  #rawHeaders: readonly string[] = [];

  constructor(number: number) {
    this.number = number;
  }

  /** Whether this request is equal to the latest one. */
  repeats({ method, url, rawHeaders }: IncomingMessage): boolean {
    const latest = this.#rawHeaders;
    if (method !== this.#method || url !== this.#url || rawHeaders.length !== latest.length) return false;
    for (let index = 0; index < latest.length; index += 1) if (latest[index] !== rawHeaders[index]) return false;
    return true;
  }

  remember({ method, url, rawHeaders }: IncomingMessage, probe: SharedProbe | undefined): void {
    if (!haveSameForm(this.#rawHeaders, rawHeaders)) this.caller = undefined;
    this.#method = method;
    this.#url = url;
    this.#rawHeaders = rawHeaders;
    this.probe = probe;
  }
}

/** Collects the requests to which this thread responds, and sends them to the main thread, which counts its probers. */
export class Callers {
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #send: (records: Records) => void;
  readonly #closed: (connection: number, callers: readonly number[]) => void;
  #lastConnection = 0;
  #lastCaller = 0;
  #callers: WireCaller[] = [];
  #records: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (records: Records) => void, closed: (connection: number, callers: readonly number[]) => void) {
    this.#send = send;
    this.#closed = closed;
  }

  connectionOf({ socket }: IncomingMessage): Connection {
    let connection = this.#connections.get(socket);
    if (!connection) {
      const created = new Connection((this.#lastConnection += 1));
      connection = created;
      this.#connections.set(socket, created);
      socket.once('close', () => {
        this.flush();
        this.#closed(created.number, created.callers);
      });
    }
    return connection;
  }

  /** Records one request that has received a snapshot. `isUrgent`: sent at once. */
  record(request: IncomingMessage, probe: number, snapshot: number, at: number, isUrgent: boolean): void {
    const connection = this.connectionOf(request);
    const caller = connection.caller ?? this.#add(connection, request);
    if (caller === undefined) return;
    this.#records.push(caller, probe, snapshot, at);
    if (isUrgent || this.#records.length >= MOST_RECORDS * RECORD_LENGTH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), PAUSE).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#records.length === 0) return;
    const sent = { callers: this.#callers, records: Float64Array.from(this.#records) };
    this.#callers = [];
    this.#records = [];
    this.#send(sent);
  }

  #add(connection: Connection, request: IncomingMessage): number | undefined {
    if (connection.callers.length >= MOST_CALLERS) return undefined;
    const caller = (this.#lastCaller += 1);
    connection.callers.push(caller);
    connection.caller = caller;
    const { method = 'GET', url = '/', headers, socket } = request;
    const { remoteAddress } = socket;
    this.#callers.push({ caller, connection: connection.number, remoteAddress, method, url, headers: { ...headers } });
    return caller;
  }
}

/** Whether two lists of names and values have the same names, agent and host. Other values may differ. */
function haveSameForm(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length || one.length === 0) return false;
  for (let index = 0; index < one.length; index += 2) {
    const name = one[index];
    if (name !== other[index]) return false;
    if (name !== undefined && IDENTIFYING.test(name) && one[index + 1] !== other[index + 1]) return false;
  }
  return true;
}
