import { type Socket, connect } from 'node:net';
import { vi } from 'vitest';

const PATIENCE = 60_000;

/** A connection on which the test writes every byte and reads every byte. */
export class RawConnection {
  readonly socket: Socket;
  #received = '';
  #isClosed = false;

  /** Uses a connected socket. */
  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (this.#received += chunk));
    socket.on('close', () => (this.#isClosed = true));
    // `isClosed` and `received` show how a connection ended.
    socket.on('error', () => undefined);
  }

  static async open(port: number, host = '127.0.0.1'): Promise<RawConnection> {
    const socket = connect(port, host);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', resolve);
    });
    return new RawConnection(socket);
  }

  /** All data received so far. */
  get received(): string {
    return this.#received;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The status codes of the responses that have begun to arrive. */
  get statusCodes(): number[] {
    return [...this.#received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code));
  }

  write(text: string): void {
    this.socket.write(text);
  }

  /** Sends a request that leaves the connection open. */
  get(path: string): void {
    this.write(`GET ${path} HTTP/1.1\r\nHost: application\r\n\r\n`);
  }

  async waitFor(text: string): Promise<void> {
    await vi.waitFor(
      () => {
        if (!this.#received.includes(text)) throw new Error(`No ${JSON.stringify(text)} in ${this.#received}`);
      },
      { timeout: PATIENCE, interval: 5 },
    );
  }

  async waitForClose(): Promise<void> {
    await vi.waitFor(
      () => {
        if (!this.#isClosed) throw new Error('The connection is still open');
      },
      { timeout: PATIENCE, interval: 5 },
    );
  }

  destroy(): void {
    this.socket.destroy();
  }
}
