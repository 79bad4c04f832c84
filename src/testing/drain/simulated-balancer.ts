import { setTimeout as sleep } from 'node:timers/promises';
import { exchange } from './exchange.js';

/** As a balancer names itself, for the application to tell it from others who ask. */
const USER_AGENT = 'nest-vitals-balancer';

export interface BalancerSettings {
  /** What it asks. */
  readonly url: string;
  /** Milliseconds between two questions. */
  readonly interval: number;
  /** How many refusals in a row take the application out of rotation. */
  readonly fall: number;
  /** Milliseconds that an answer may take. */
  readonly timeout: number;
}

/** Asks whether the application is ready, as HAProxy does, until it has been refused often enough. */
export class SimulatedBalancer {
  /** Resolves when the application has first been found ready as often as it takes to be known as a balancer. */
  readonly isKnown: Promise<void>;
  /** Resolves when the application is out of rotation. */
  readonly gone: Promise<void>;
  readonly #settings: BalancerSettings;
  readonly #end = new AbortController();

  constructor(settings: BalancerSettings) {
    this.#settings = settings;
    let known: () => void = () => undefined;
    this.isKnown = new Promise((resolve) => (known = resolve));
    this.gone = this.#ask(known);
  }

  /** Ends it before its time. */
  stop(): void {
    this.#end.abort();
  }

  async #ask(known: () => void): Promise<void> {
    const { url, interval, fall, timeout } = this.#settings;
    const { signal } = this.#end;
    let passes = 0;
    let refusals = 0;
    while (refusals < fall && !signal.aborted) {
      const isReady = await exchange(url, false, timeout, USER_AGENT).then(
        (status) => status >= 200 && status < 300,
        () => false,
      );
      refusals = isReady ? 0 : refusals + 1;
      passes += isReady ? 1 : 0;
      if (passes >= QUESTIONS_OF_A_BALANCER) known();
      await sleep(interval, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The shutdown waits for whoever has asked twice. The third makes the time between two questions a usual one. */
const QUESTIONS_OF_A_BALANCER = 3;
