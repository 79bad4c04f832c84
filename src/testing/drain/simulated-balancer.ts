import { setTimeout as sleep } from 'node:timers/promises';
import { requestStatus } from './request-status.js';

/** The user agent, by which the application distinguishes this prober from other callers. */
const USER_AGENT = 'nest-vitals-balancer';

export interface BalancerSettings {
  /** The URL of `ready`. */
  readonly url: string;
  /** Milliseconds between two probes. */
  readonly interval: number;
  /** The number of consecutive refusals that take the application out of rotation. */
  readonly fall: number;
  /** Milliseconds that a response may take. */
  readonly timeout: number;
}

/** Probes `ready` at an interval, as HAProxy does, until `fall` consecutive probes are refused. */
export class SimulatedBalancer {
  /** Resolves after enough successful probes for the application to recognise a prober. */
  readonly isRecognised: Promise<void>;
  /** Resolves when the application is out of rotation. */
  readonly isOutOfRotation: Promise<void>;
  readonly #settings: BalancerSettings;
  readonly #end = new AbortController();

  constructor(settings: BalancerSettings) {
    this.#settings = settings;
    let recognised: () => void = () => undefined;
    this.isRecognised = new Promise((resolve) => (recognised = resolve));
    this.isOutOfRotation = this.#probe(recognised);
  }

  /** Stops probing. */
  stop(): void {
    this.#end.abort();
  }

  async #probe(recognised: () => void): Promise<void> {
    const { url, interval, fall, timeout } = this.#settings;
    const { signal } = this.#end;
    let passes = 0;
    let refusals = 0;
    while (refusals < fall && !signal.aborted) {
      const isReady = await requestStatus(url, false, timeout, USER_AGENT).then(
        (status) => status >= 200 && status < 300,
        () => false,
      );
      refusals = isReady ? 0 : refusals + 1;
      passes += isReady ? 1 : 0;
      if (passes >= PROBES_FOR_A_RHYTHM) recognised();
      await sleep(interval, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The shutdown recognises a prober by its rhythm: three probes have two equal intervals. */
const PROBES_FOR_A_RHYTHM = 3;
