import { type AddressInfo, connect } from 'node:net';

/** Milliseconds between two connections, and after a refused one. */
const INTERVAL = 5000;
const INTERVAL_AFTER_REFUSAL = 1000;
/** One refusal may be that of a server which is just being replaced. */
const REFUSALS_NEEDED = 2;

/**
 * Connects to the application's own server from time to time. A process whose server no longer listens serves no requests, although
 * its management port responds. Only a refused connection counts: a busy server accepts late, and other errors are those of
 * this side. It sends nothing and keeps no process alive.
 */
export class MainServerCheck {
  #refusals = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #port = 0;

  start({ address, port }: AddressInfo): void {
    if (this.#isStopped) return;
    this.#port = port;
    this.#schedule(loopbackOf(address), INTERVAL);
  }

  stop(): void {
    this.#isStopped = true;
    this.#refusals = 0;
    clearTimeout(this.#timer);
  }

  /** Why the process can serve no request. Undefined: as far as is known, it can. */
  get problem(): string | undefined {
    return this.#refusals < REFUSALS_NEEDED ? undefined : `the server on port ${this.#port} refuses connections`;
  }

  #schedule(host: string, pause: number): void {
    this.#timer = setTimeout(() => this.#check(host), pause).unref();
  }

  #check(host: string): void {
    const socket = connect({ host, port: this.#port });
    socket.unref();
    const end = (refusals: number): void => {
      socket.destroy();
      if (this.#isStopped) return;
      this.#refusals = refusals;
      this.#schedule(host, refusals > 0 ? INTERVAL_AFTER_REFUSAL : INTERVAL);
    };
    socket.setTimeout(INTERVAL, () => end(this.#refusals));
    socket.once('connect', () => end(0));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      end(error.code === 'ECONNREFUSED' ? this.#refusals + 1 : this.#refusals);
    });
  }
}

/** A server on every address is reached by loopback, one on a certain address by that address. */
function loopbackOf(address: string): string {
  if (address === '::' || address === '0.0.0.0') return '127.0.0.1';
  return address;
}
