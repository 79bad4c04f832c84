import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsed } from '../../core/moment.js';
import { requestStatus, noResponse } from './request-status.js';

/** Milliseconds between two checks of the number of due requests. */
const TICK = 5;
const USER_AGENT = 'nest-vitals-load';
/** Shorter than the keep-alive timeout of Node servers (5 s), so that the client closes idle connections first. */
const IDLE_LIMIT = 4000;

/** A request without a response, or with an error response. */
export interface FailedRequest {
  /** The time of sending (monotonic clock, milliseconds). */
  readonly sent: number;
  readonly error: string;
}

export interface LoadSettings {
  /** A URL, or a function that sends one request. */
  readonly request: string | (() => Promise<unknown>);
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds that a response may take. */
  readonly timeout: number;
}

/**
 * Sends requests on a schedule, without waiting for earlier ones. After a stall it sends all requests that were due. Every
 * second request uses a keep-alive connection, the others a new one.
 */
export class SteadyLoad {
  sent = 0;
  responded = 0;
  /** The longest time between two ticks, in milliseconds. */
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

  /** Resolves when this number of requests has ended, with or without a response. */
  async reaches(count: number): Promise<void> {
    while (this.responded + this.failed.length < count) await new Promise<void>((resolve) => (this.#enough = resolve));
  }

  /** Sends no more requests, and resolves when the open ones have ended. */
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
      if (typeof request === 'function') await withinTimeout(request(), timeout);
      else refuseErrorStatus(await requestStatus(request, number % 2 === 0 ? this.#agent : false, timeout, USER_AGENT));
      this.responded += 1;
    } catch (error) {
      this.failed.push({ sent, error: textOf(error) });
    }
  }
}

async function withinTimeout(request: Promise<unknown>, timeout: number): Promise<void> {
  const end = new AbortController();
  const tooLate = sleep(timeout, undefined, { signal: end.signal }).then(() => {
    throw new Error(noResponse(timeout));
  });
  try {
    await Promise.race([request, tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    end.abort();
  }
}

function refuseErrorStatus(status: number): void {
  if (status >= 400) throw new Error(`HTTP status ${status}`);
}

/** The code of a system error, whose message may be empty, or the message of another error. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.message || error.name;
}
