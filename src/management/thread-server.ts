import type { AddressInfo } from 'node:net';
import type { LoggerService } from '@nestjs/common';
import type { HealthHandler } from './health-handler.js';
import { SHARED_PROBES, type SharedProbe } from './shared-probes.js';
import type { HealthResponse } from '../endpoints/health-response.js';
import { NO_BODY, type ReadBody, type RequestBody } from '../extension/health-actions.js';
import type { EndpointOutlet } from '../extension/health-endpoints.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { ListenAddress, ManagementServer } from './management-server.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { ALIVE } from './starting.js';
import { type ThreadMessage, SupervisedThread } from './supervised-thread.js';
import { EventLoopPulse } from './watchdog/event-loop-pulse.js';
import type { WatchdogSettings } from './watchdog/stall.js';
import { StallReceiver } from './watchdog/stall-receiver.js';
import { RemoteOutlet } from './remote-outlet.js';
import {
  RECORD_LENGTH,
  type ThreadData,
  type ToThread,
  type WireRequest,
  type WireResponse,
  now,
} from './thread/thread-messages.js';

/** Snapshots that records may still refer to. */
const MOST_SNAPSHOTS = 64;

/** The part of the management port on the main thread, for a port in a thread of its own. */
export class ThreadServer implements ManagementServer {
  readonly #thread: SupervisedThread;
  readonly #logger: Pick<LoggerService, 'warn' | 'error'>;
  readonly #pulse: EventLoopPulse | undefined;
  readonly #callers = new Map<number, HealthRequest>();
  /** One object for each connection. Requests with the same object belong to one connection. */
  readonly #sockets = new Map<number, { readonly remoteAddress: string | undefined }>();
  readonly #outlets = new Map<number, RemoteOutlet>();
  readonly #bodies = new Map<number, (body: RequestBody) => void>();
  /** The forwarded requests without a response. */
  readonly #pending = new Set<number>();
  readonly #snapshots = new Map<number, HealthResponse>();
  /** The messages that a new thread needs to continue where the last one ended. */
  readonly #stateMessages: ToThread[] = [];
  #lastSnapshot = 0;
  #stalls: StallReceiver | undefined;
  #handler: HealthHandler | undefined;

  constructor(
    { port, host }: ListenAddress,
    watchdog: WatchdogSettings | undefined,
    logger: Pick<LoggerService, 'warn' | 'error'>,
  ) {
    this.#logger = logger;
    this.#pulse = watchdog && new EventLoopPulse(watchdog.warnAfter);
    const data: ThreadData = {
      port,
      host,
      alive: wire(ALIVE),
      watchdog: watchdog && this.#pulse && { pulse: this.#pulse.buffer, options: watchdog },
    };
    const events = {
      received: (message: ThreadMessage) => this.#receive(message),
      lost: () => this.#forget(),
      restarted: () => {
        for (const message of this.#stateMessages) this.#thread.send(message);
      },
    };
    this.#thread = new SupervisedThread(data, events, logger);
  }

  get listening(): Promise<AddressInfo> {
    return this.#thread.listening;
  }

  prepare(handler: HealthHandler): void {
    this.#handler = handler;
    const { paths, deadlines, dependsOnCaller, revision, failures } = handler;
    this.#sendState({ type: 'prepare', routes: { paths, deadlines, canKeep: !dependsOnCaller, revision, failures } });
  }

  open(monitor: HealthMonitor): void {
    this.#stalls = new StallReceiver(monitor, this.#logger);
    this.#pulse?.start();
    this.#sendState({ type: 'open' });
  }

  watchMainServer(address: AddressInfo): void {
    this.#sendState({ type: 'main-server', address });
  }

  drain(): void {
    this.#sendState({ type: 'drain' });
  }

  async close(): Promise<void> {
    await this.#thread.stop();
    this.#pulse?.stop();
  }

  #sendState(message: ToThread): void {
    this.#stateMessages.push(message);
    this.#thread.send(message);
  }

  #send(message: ToThread): void {
    this.#thread.send(message);
  }

  /** The connections of a thread that has ended are closed. */
  #forget(): void {
    for (const outlet of this.#outlets.values()) outlet.close();
    this.#outlets.clear();
    this.#pending.clear();
    for (const receive of this.#bodies.values()) receive({ kind: 'incomplete' });
    this.#bodies.clear();
    this.#callers.clear();
    this.#sockets.clear();
  }

  #receive(message: ThreadMessage): void {
    switch (message.type) {
      case 'refresh':
        return void this.#refresh(message.probe);
      case 'request':
        return void this.#respond(message.id, this.#requestOf(message.request), message.hasBody);
      case 'body':
        return this.#receiveBody(message.id, message.body);
      case 'records':
        for (const caller of message.callers) this.#callers.set(caller.caller, this.#requestOf(caller));
        return this.#record(message.records);
      case 'sent':
        return this.#outlets.get(message.id)?.sent(message.bytes);
      case 'gone':
        this.#pending.delete(message.id);
        this.#receiveBody(message.id, { kind: 'incomplete' });
        this.#outlets.get(message.id)?.close();
        this.#outlets.delete(message.id);
        return;
      case 'connection-closed':
        this.#sockets.delete(message.connection);
        for (const caller of message.callers) this.#callers.delete(caller);
        return;
      case 'problem':
        return void this.#logger.error(message.text);
      case 'stall-ended':
        return this.#stalls?.receive(message.stall);
    }
  }

  async #refresh(probe: SharedProbe): Promise<void> {
    if (!this.#handler) return;
    const { response, freshFor, revision } = await this.#handler.snapshot(probe);
    const id = (this.#lastSnapshot += 1);
    this.#snapshots.set(id, response);
    this.#snapshots.delete(id - MOST_SNAPSHOTS);
    this.#send({ type: 'snapshot', probe, id, response: wire(response), freshUntil: now() + freshFor, revision });
  }

  async #respond(id: number, request: HealthRequest, hasBody: boolean): Promise<void> {
    if (!this.#handler) return;
    this.#pending.add(id);
    const response = await this.#handler.handle(request, hasBody ? this.#bodyReader(id) : NO_BODY);
    // The client has disconnected meanwhile. A stream would receive no event for that.
    if (!this.#pending.delete(id)) return;
    if (response.open) this.#stream(id, request, response, response.open);
    else this.#send({ type: 'response', id, response: wire(response) });
  }

  #bodyReader(id: number): ReadBody {
    return () =>
      new Promise((resolve) => {
        // The thread does not respond for a client that has disconnected.
        if (!this.#pending.has(id)) return resolve({ kind: 'incomplete' });
        this.#bodies.set(id, resolve);
        this.#send({ type: 'read-body', id });
      });
  }

  #receiveBody(id: number, body: RequestBody): void {
    this.#bodies.get(id)?.(received(body));
    this.#bodies.delete(id);
  }

  #stream(
    id: number,
    { method }: HealthRequest,
    response: HealthResponse,
    open: (outlet: EndpointOutlet) => void,
  ): void {
    this.#send({ type: 'stream', id, head: wire(response) });
    if (method === 'HEAD') return;
    const outlet = new RemoteOutlet(id, (message) => this.#send(message));
    this.#outlets.set(id, outlet);
    open(outlet);
  }

  /** Records requests to which the thread has responded from memory. */
  #record(records: Float64Array): void {
    for (let index = 0; index + RECORD_LENGTH <= records.length; index += RECORD_LENGTH) {
      const [caller = 0, probe = 0, snapshot = 0, at = 0] = records.subarray(index, index + RECORD_LENGTH);
      const request = this.#callers.get(caller);
      const response = this.#snapshots.get(snapshot);
      const name = SHARED_PROBES[probe];
      if (request && response && name) this.#handler?.record(name, request, response, at - performance.timeOrigin);
    }
  }

  #requestOf({ method, url, headers, connection, remoteAddress }: WireRequest): HealthRequest {
    let socket = this.#sockets.get(connection);
    if (!socket) {
      socket = { remoteAddress };
      this.#sockets.set(connection, socket);
    }
    return { method, url, headers, socket, ip: remoteAddress ?? '' };
  }
}

/** A buffer arrives from another thread as a plain array of bytes. */
function received(body: RequestBody): RequestBody {
  return body.kind === 'bytes' ? { kind: 'bytes', bytes: Buffer.from(body.bytes) } : body;
}

function wire({ statusCode, fields, body }: HealthResponse): WireResponse {
  return { statusCode, fields, body };
}
