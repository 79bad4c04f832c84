import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoggerService } from '@nestjs/common';
import type { HealthHandler } from './health-handler.js';
import { closeUnended, readStream } from '../endpoints/request-body.js';
import { writeResponse } from '../endpoints/write-response.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { closeServer } from '../lifecycle/servers/close-server.js';
import { listen } from './http-server.js';
import { MainServerCheck } from './main-server-check.js';
import type { ListenAddress, ManagementServer } from './management-server.js';
import { startingResponse } from './starting.js';

/** The management port on the main thread. */
export class LocalServer implements ManagementServer {
  readonly listening: Promise<AddressInfo>;
  readonly #server: Server;
  readonly #mainServer: MainServerCheck;
  #handler: HealthHandler | undefined;
  #isOpen = false;

  constructor(address: ListenAddress, logger: Pick<LoggerService, 'error'>) {
    this.#mainServer = new MainServerCheck((text) => logger.error(text));
    const { server, listening } = listen(address, (request, response) => this.#respond(request, response));
    this.#server = server;
    this.listening = listening;
  }

  prepare(handler: HealthHandler): void {
    this.#handler = handler;
  }

  open(): void {
    this.#isOpen = true;
  }

  watchMainServer(address: AddressInfo): void {
    this.#mainServer.start(address);
  }

  drain(): void {
    this.#mainServer.stop();
  }

  async close(): Promise<void> {
    this.#mainServer.stop();
    await closeServer(this.#server);
  }

  #respond(incoming: IncomingMessage, response: ServerResponse): void {
    const handler = this.#handler;
    const url = incoming.url ?? '/';
    if (!handler || !this.#isOpen) return writeResponse(response, startingResponse(url, handler));
    const request = incoming as IncomingMessage & HealthRequest;
    const { problem } = this.#mainServer;
    const probe = problem === undefined ? undefined : handler.probeAt(url);
    if (problem !== undefined && (probe === 'live' || probe === 'ready')) {
      return writeResponse(response, handler.failure(problem));
    }
    closeUnended(incoming, response);
    const result = handler.handle(request, () => readStream(incoming));
    if (result instanceof Promise) void result.then((finished) => writeResponse(response, finished));
    else writeResponse(response, result);
  }
}
