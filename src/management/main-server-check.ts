import { type AddressInfo, connect } from 'node:net';

/** Milliseconds between two connections, and after a refused one. */
const INTERVAL = 5000;
const INTERVAL_AFTER_REFUSAL = 1000;
/** Refusals in a row. A single one can come from a server that is being replaced. */
const REFUSALS_NEEDED = 2;

/**
 * Connects to the application's own server periodically. A process whose server no longer listens serves no requests, although
 * its management port responds. Only a refused connection counts: a busy server accepts late, and other errors have local
 * causes. It sends no data and does not keep the process alive.
 */
export class MainServerCheck {
  readonly #onProblem: (text: string) => void;
  #refusals = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #port = 0;

  /** `onProblem` is called once when the server begins to refuse connections. */
  constructor(onProblem: (text: string) => void) {
    this.#onProblem = onProblem;
  }

  start({ address, port }: AddressInfo): void {
    if (this.#isStopped) return;
    this.#port = port;
    this.#schedule(hostsOf(address), INTERVAL);
  }

  stop(): void {
    this.#isStopped = true;
    this.#refusals = 0;
    clearTimeout(this.#timer);
  }

  /** Why the process cannot serve requests. Undefined: no problem is known. */
  get problem(): string | undefined {
    return this.#refusals < REFUSALS_NEEDED ? undefined : `the server on port ${this.#port} refuses connections`;
  }

  #schedule(hosts: readonly string[], pause: number): void {
    this.#timer = setTimeout(() => this.#check(hosts), pause).unref();
  }

  #check(hosts: readonly string[], [host = '', ...others]: readonly string[] = hosts): void {
    const socket = connect({ host, port: this.#port });
    socket.unref();
    const end = (refusals: number): void => {
      socket.destroy();
      if (this.#isStopped) return;
      this.#refusals = refusals;
      if (refusals === REFUSALS_NEEDED) this.#onProblem(`live and ready are DOWN: ${this.problem}`);
      this.#schedule(hosts, refusals > 0 ? INTERVAL_AFTER_REFUSAL : INTERVAL);
    };
    socket.setTimeout(INTERVAL, () => end(this.#refusals));
    socket.once('connect', () => end(0));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && others.length > 0) this.#check(hosts, others);
      else end(error.code === 'ECONNREFUSED' ? this.#refusals + 1 : this.#refusals);
    });
  }
}

/** A server on every address accepts connections to loopback, perhaps of one family only. */
function hostsOf(address: string): readonly string[] {
  return address === '::' || address === '0.0.0.0' ? ['127.0.0.1', '::1'] : [address];
}
