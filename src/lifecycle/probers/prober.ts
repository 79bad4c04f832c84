import type { Caller } from './caller.js';

/** Refusals in a row after which common balancers take an instance out (HAProxy `fall`, Kubernetes `failureThreshold`: 3). */
export const REFUSALS_NEEDED = 3;
/** Milliseconds. A quick prober may pause for this time, and a busy process may be blocked for this time. */
const SHORTEST_SILENCE = 2000;

/** The rhythm of probers when the drain begins. */
export interface ProberFacts {
  /** Milliseconds after which each prober repeats its request, at most. */
  readonly interval: number;
  /** The largest possible number of probers. */
  readonly probers: number;
  /** Whether both values are known. Otherwise they are upper bounds. */
  readonly isCertain: boolean;
}

/** One prober, or several that cannot be distinguished, as known when the drain began. Later requests change only the refusal count. */
export class Prober {
  readonly address: string;
  readonly agent: string;
  /** The usual time between two requests, in milliseconds. */
  readonly gap: number;
  /** The shortest interval that one of the probers may have. */
  readonly shortestInterval: number;
  readonly #interval: number;
  readonly #refusalsNeeded: number;
  readonly #caller: Caller;

  /** `longestWait`: the longest wait for balancers, in milliseconds. Three intervals have to fit into it. */
  constructor(caller: Caller, { interval, probers, isCertain }: ProberFacts, longestWait: number) {
    this.address = caller.address;
    this.agent = caller.agent;
    this.gap = interval / probers;
    this.shortestInterval = isCertain ? interval : this.gap;
    const { recentGap } = caller;
    this.#interval = Math.min(Math.max(interval, recentGap), longestWait / REFUSALS_NEEDED);
    this.#refusalsNeeded = REFUSALS_NEEDED * Math.max(1, Math.min(probers, Math.floor(this.#interval / this.gap)));
    this.#caller = caller;
  }

  /** The number of refusals in a row that the probers have received, all together. */
  get refusals(): number {
    return this.#caller.refusals;
  }

  /**
   * Whether each prober has received enough refusals. Requests of other clients that look the same may be among the
   * counted ones, so the time of three intervals must have passed as well. `blocked`: milliseconds during which the
   * process was blocked.
   */
  hasEnoughRefusals(now: number, blocked = 0): boolean {
    const intervals = (now - this.#caller.lastAcceptedAt - blocked) / this.#interval;
    if (intervals < REFUSALS_NEEDED) return false;
    if (this.refusals >= this.#refusalsNeeded) return true;
    // Fewer refusals in twice the time mean fewer probers than assumed.
    return this.refusals >= REFUSALS_NEEDED && intervals >= 2 * REFUSALS_NEEDED;
  }

  /** Whether the probers have stopped: no request for three of their intervals. */
  hasStopped(now: number, blocked = 0): boolean {
    return now - this.#caller.lastRequestAt - blocked > Math.max(REFUSALS_NEEDED * this.#interval, SHORTEST_SILENCE);
  }
}
