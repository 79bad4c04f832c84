import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { RECORD_LENGTH, type WireCaller } from './messages.js';

interface Connection {
  readonly number: number;
  readonly callers: number[];
  /** The headers of its latest request, and the caller that they belong to. */
  rawHeaders: readonly string[];
  caller: number;
}

/** Milliseconds for which records are collected: a message costs the main thread more than a record. */
const PAUSE = 100;
const MOST_RECORDS = 2000;
const IDENTIFYING = /^(?:user-agent|host)$/i;
/** Requests of one connection with ever new headers are of no prober. */
const MOST_CALLERS = 16;

export interface Records {
  readonly callers: readonly WireCaller[];
  readonly records: Float64Array;
}

/** Collects the requests that are answered here, so that the main thread knows its probers. */
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

  /** The number of the connection of a request. */
  connectionOf(request: IncomingMessage): number {
    return this.#connectionOf(request.socket).number;
  }

  /** Records one request that was answered with a snapshot. `isUrgent`: without waiting for others. */
  record(request: IncomingMessage, probe: number, snapshot: number, at: number, isUrgent: boolean): void {
    const caller = this.#callerOf(request);
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

  #callerOf(request: IncomingMessage): number | undefined {
    const { socket, rawHeaders } = request;
    const connection = this.#connectionOf(socket);
    if (haveSameForm(connection.rawHeaders, rawHeaders)) return connection.caller;
    if (connection.callers.length >= MOST_CALLERS) return undefined;
    const caller = (this.#lastCaller += 1);
    connection.callers.push(caller);
    connection.caller = caller;
    connection.rawHeaders = rawHeaders;
    const { method = 'GET', url = '/', headers } = request;
    const { remoteAddress } = socket;
    this.#callers.push({ caller, connection: connection.number, remoteAddress, method, url, headers: { ...headers } });
    return caller;
  }

  #connectionOf(socket: Socket): Connection {
    let connection = this.#connections.get(socket);
    if (!connection) {
      const created: Connection = { number: (this.#lastConnection += 1), callers: [], rawHeaders: [], caller: 0 };
      connection = created;
      this.#connections.set(socket, created);
      socket.once('close', () => {
        this.flush();
        this.#closed(created.number, created.callers);
      });
    }
    return connection;
  }
}

/** Whether two lists of names and values have the same form: the same names, agent and host. Other values may differ. */
function haveSameForm(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length || one.length === 0) return false;
  for (let index = 0; index < one.length; index += 2) {
    const name = one[index];
    if (name !== other[index]) return false;
    if (name !== undefined && IDENTIFYING.test(name) && one[index + 1] !== other[index + 1]) return false;
  }
  return true;
}
