import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { failureResponse, startingFailure } from '../failure-response.js';
import { SHARED_PROBES, type SharedProbe, isLive, probeAt } from '../shared-probes.js';
import { closeServer } from '../../lifecycle/servers/close-server.js';
import { listen } from '../http-server.js';
import { MainServerCheck } from '../main-server-check.js';
import { Callers } from './callers.js';
import { KeptResponses } from './kept-responses.js';
import {
  type FromThread,
  type Routes,
  type ThreadData,
  type ToThread,
  type WireResponse,
  now,
} from './thread-messages.js';
import { LIMIT, ForwardedRequests } from './forwarded-requests.js';
import { writeWireResponse } from './write-wire-response.js';
import type { Watchdog } from '../watchdog/stall.js';
import { directLog } from '../watchdog/worker/direct-log.js';
import { startWatchdog } from '../watchdog/worker/start-watchdog.js';

/** Milliseconds that are added to the deadline, because the evaluation on the main thread may take the whole deadline. */
const GRACE = 120;

interface Waiting {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * The server of the management port, in its own thread. It responds to probes from memory while the response is current,
 * otherwise requests a new one from the main thread, and forwards every other request to it.
 */
export class ManagementThread {
  readonly #data: ThreadData;
  readonly #send: (message: FromThread) => void;
  readonly #server: Server;
  readonly #callers: Callers;
  readonly #forwarded: ForwardedRequests;
  readonly #mainServer: MainServerCheck;
  readonly #waiting = new Map<SharedProbe, Waiting[]>();
  #routes: Routes | undefined;
  #kept: KeptResponses | undefined;
  #watchdog: Watchdog | undefined;
  #isOpen = false;
  #isDraining = false;

  constructor(data: ThreadData, send: (message: FromThread) => void) {
    this.#data = data;
    this.#send = send;
    this.#callers = new Callers(
      (records) => send({ type: 'records', ...records }),
      (connection, callers) => send({ type: 'connection-closed', connection, callers }),
    );
    this.#forwarded = new ForwardedRequests(send, this.#callers);
    this.#mainServer = new MainServerCheck((text) => send({ type: 'problem', text }));
    const { server, listening } = listen(data, (request, response) => this.#respond(request, response));
    this.#server = server;
    listening.then(
      (address) => send({ type: 'listening', address }),
      ({ code, message }: NodeJS.ErrnoException) => send({ type: 'failed', code, message }),
    );
  }

  receive(message: ToThread): void {
    switch (message.type) {
      case 'prepare':
        this.#routes = message.routes;
        this.#kept = new KeptResponses(message.routes);
        break;
      case 'open':
        this.#isOpen = true;
        this.#watch();
        break;
      case 'snapshot':
        this.#kept?.set(message.probe, message);
        this.#respondToWaiting(message.probe);
        break;
      case 'main-server':
        this.#mainServer.start(message.address);
        break;
      case 'drain':
        this.#isDraining = true;
        this.#mainServer.stop();
        break;
      case 'close':
        void this.#close();
        break;
      case 'response':
      case 'stream':
      case 'chunk':
      case 'end':
      case 'destroy':
      case 'read-body':
        this.#forwarded.receive(message);
    }
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    const kept = this.#kept;
    const routes = this.#routes;
    if (!kept || !routes || !this.#isOpen) return writeWireResponse(response, this.#startingResponse(request));
    const { problem } = this.#mainServer;
    if (problem !== undefined && this.#dependsOnMainServer(request, routes))
      return writeWireResponse(response, failureOf(routes, problem));
    const connection = this.#callers.connectionOf(request);
    if (!connection.repeats(request)) connection.remember(request, kept.probeOf(request));
    const { probe } = connection;
    if (probe === undefined) return this.#forward(routes, request, response);
    if (!this.#respondFromMemory(probe, request, response)) this.#wait(routes, probe, request, response);
  }

  /** Writes the current response if the thread has it. Returns whether it was written. */
  #respondFromMemory(probe: SharedProbe, request: IncomingMessage, response: ServerResponse): boolean {
    const at = now();
    const current = this.#kept?.fresh(probe, at);
    if (!current) return false;
    this.#callers.record(request, SHARED_PROBES.indexOf(probe), current.id, at, this.#isDraining);
    writeWireResponse(response, current.response);
    return true;
  }

  #wait(routes: Routes, probe: SharedProbe, request: IncomingMessage, response: ServerResponse): void {
    const waiting = this.#waiting.get(probe);
    if (waiting) {
      waiting.push({ request, response });
      return;
    }
    const all = [{ request, response }];
    this.#waiting.set(probe, all);
    this.#send({ type: 'refresh', probe });
    const deadline = routes.deadlines[probe];
    setTimeout(() => {
      // A later refresh has its own list and its own time.
      if (this.#waiting.get(probe) !== all) return;
      this.#waiting.delete(probe);
      const substitute = this.#withoutMainThread(routes, probe);
      for (const waiter of all) writeWireResponse(waiter.response, substitute);
    }, deadline + GRACE).unref();
  }

  /** Writes the new response of the main thread to the waiting requests, even if it must not be reused. */
  #respondToWaiting(probe: SharedProbe): void {
    const waiting = this.#waiting.get(probe);
    const latest = this.#kept?.last(probe);
    if (!waiting || !latest) return;
    this.#waiting.delete(probe);
    const at = now();
    for (const { request, response } of waiting) {
      // A client that has disconnected has received nothing.
      if (response.destroyed || request.socket.destroyed) continue;
      this.#callers.record(request, SHARED_PROBES.indexOf(probe), latest.id, at, this.#isDraining);
      writeWireResponse(response, latest.response);
    }
  }

  /**
   * The response in place of the main thread, which has not responded within the deadline. While its event loop is blocked
   * the instance is not ready, but it stays alive until the stall has lasted for `liveAfter`.
   */
  #withoutMainThread(routes: Routes, probe: SharedProbe): WireResponse {
    const stall = this.#watchdog?.current();
    if (probe === 'ready') return failureOf(routes, stall?.description ?? silentFor(routes.deadlines[probe]));
    if (probe === 'live' && stall?.failsLive) return failureOf(routes, stall.description);
    const latest = this.#kept?.last(probe)?.response;
    return latest ?? (probe === 'live' ? this.#data.alive : startingFailure(routes.failures));
  }

  /** Starts the watchdog at the end of the start, because loading and creating modules blocks every event loop. */
  #watch(): void {
    const { watchdog } = this.#data;
    this.#watchdog =
      watchdog &&
      startWatchdog({
        ...watchdog,
        log: directLog(watchdog.options.log),
        onStall: () => undefined,
        onStallEnd: (stall) => this.#send({ type: 'stall-ended', stall }),
      });
  }

  /** Forwards a request. A probe with a key, a query or another format also responds within its deadline. */
  #forward(routes: Routes, request: IncomingMessage, response: ServerResponse): void {
    const probe = probeAt(request.url ?? '/', routes.paths);
    if (probe === undefined) {
      this.#forwarded.forward(request, response, { after: LIMIT, respond: () => failureOf(routes, silentFor(LIMIT)) });
      return;
    }
    const respond = (): WireResponse => this.#withoutMainThread(routes, probe);
    this.#forwarded.forward(request, response, { after: routes.deadlines[probe] + GRACE, respond });
  }

  #dependsOnMainServer({ url = '/' }: IncomingMessage, { paths }: Routes): boolean {
    const probe = probeAt(url, paths);
    return probe === 'live' || probe === 'ready';
  }

  #startingResponse({ url = '/' }: IncomingMessage): WireResponse {
    return isLive(url, this.#routes?.paths) ? this.#data.alive : startingFailure(this.#routes?.failures);
  }

  async #close(): Promise<void> {
    this.#mainServer.stop();
    await this.#watchdog?.stop();
    this.#callers.flush();
    await closeServer(this.#server);
    this.#send({ type: 'closed' });
  }
}

const silentFor = (limit: number): string => `the event loop has not responded within ${limit} ms`;

const failureOf = ({ failures }: Routes, reason: string): WireResponse => failureResponse(failures, 'DOWN', reason);
