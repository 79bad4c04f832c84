import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsed } from '../../core/moment.js';
import { exchange, noAnswer } from './exchange.js';

/** Milliseconds between two looks at how many requests are due. */
const TICK = 5;
const USER_AGENT = 'nest-vitals-load';
/** Shorter than Node keeps an idle connection (5 s): it is the client that closes, and no request meets a closing one. */
const IDLE_LIMIT = 4000;

/** A request that has got no answer, or not a good one. */
export interface FailedRequest {
  /** When it was sent (monotonic, milliseconds). */
  readonly sent: number;
  readonly error: string;
}

export interface LoadSettings {
  /** What is asked, or a function that asks. */
  readonly request: string | (() => Promise<unknown>);
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds that an answer may take. */
  readonly timeout: number;
}

/**
 * Requests that start on schedule, whatever has become of the earlier ones: a stall costs as many as it lasted. Every
 * second one has a connection of its own, the others share kept ones.
 */
export class SteadyLoad {
  sent = 0;
  answered = 0;
  /** Milliseconds for which nothing in this process was done at a time. */
  longestStall = 0;
  readonly failed: FailedRequest[] = [];
  readonly #settings: LoadSettings;
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_LIMIT });
  readonly #open = new Set<Promise<void>>();
  readonly #began = elapsed();
  readonly #timer: NodeJS.Timeout;
  #lastTick = elapsed();
  #enough: (() => void) | undefined;

  constructor(settings: LoadSettings) {
    this.#settings = settings;
    this.#timer = setInterval(() => this.#sendDue(), TICK);
  }

  /** Resolves when so many have come to their end, well or not. */
  async reaches(count: number): Promise<void> {
    while (this.answered + this.failed.length < count) await new Promise<void>((resolve) => (this.#enough = resolve));
  }

  /** Sends no more, and resolves when the last has come to its end. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
  }

  #sendDue(): void {
    const now = elapsed();
    this.longestStall = Math.max(this.longestStall, now - this.#lastTick);
    this.#lastTick = now;
    const due = Math.floor(((now - this.#began) * this.#settings.rate) / 1000);
    while (this.sent < due) {
      this.sent += 1;
      const request = this.#send(this.sent);
      this.#open.add(request);
      void request.then(() => this.#ended(request));
    }
  }

  #ended(request: Promise<void>): void {
    this.#open.delete(request);
    this.#enough?.();
  }

  async #send(number: number): Promise<void> {
    const sent = elapsed();
    const { request, timeout } = this.#settings;
    try {
      if (typeof request === 'function') await inTime(request(), timeout);
      else refuseBad(await exchange(request, number % 2 === 0 ? this.#agent : false, timeout, USER_AGENT));
      this.answered += 1;
    } catch (error) {
      this.failed.push({ sent, error: wordsOf(error) });
    }
  }
}

async function inTime(request: Promise<unknown>, timeout: number): Promise<void> {
  const end = new AbortController();
  const tooLate = sleep(timeout, undefined, { signal: end.signal }).then(() => {
    throw new Error(noAnswer(timeout));
  });
  try {
    await Promise.race([request, tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    end.abort();
  }
}

function refuseBad(status: number): void {
  if (status >= 400) throw new Error(`answered ${status}`);
}

/** The code of a system error says more than its message, which may be empty. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.message || error.name;
}
