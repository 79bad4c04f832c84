import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Duplex } from 'node:stream';

/** A test double of a websocket gateway. It sends `goodbye` to its clients when the application is shut down. */
@Injectable()
export class Upgrades implements OnModuleInit, BeforeApplicationShutdown {
  readonly #sockets = new Set<Duplex>();

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    // A worker process has no HTTP server.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const server = adapter?.getHttpServer() as Server | undefined;
    server?.on('upgrade', (_request, socket: Duplex) => this.#accept(socket));
  }

  #accept(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => socket.write(`echo of ${chunk.toString()}`));
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
  }

  beforeApplicationShutdown(): void {
    for (const socket of this.#sockets) socket.end('goodbye');
  }
}
