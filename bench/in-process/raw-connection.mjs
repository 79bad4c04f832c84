import { Duplex } from 'node:stream';

/**
 * A keep-alive connection of an HTTP server that exists in this process only. So a request needs the parser of Node, the
 * framework and the endpoint, and neither the kernel nor a network, whose part differs from machine to machine.
 */
export class RawConnection {
  #request;
  #socket;
  #onResponse;

  constructor(server, path) {
    this.#request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n`);
    this.#socket = new Duplex({
      decodeStrings: false,
      read() {},
      // The head and the body, also if the server writes them separately: it holds them back until both are there.
      writev: (chunks, done) => {
        done();
        this.#onResponse?.(chunks.map(({ chunk }) => chunk));
      },
    });
    server.emit('connection', this.#socket);
  }

  /** Sends one request. Returns the pieces of the response, with its headers. */
  send() {
    return new Promise((resolve) => {
      this.#onResponse = resolve;
      this.#socket.push(this.#request);
    });
  }

  close() {
    this.#socket.destroy();
  }
}
