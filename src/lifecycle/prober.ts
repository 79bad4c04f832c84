import type { Asker } from './asker.js';

/** How many refusals in a row the common balancers want before they take an instance out (HAProxy `fall`, Kubernetes `failureThreshold`: 3). */
export const REFUSALS_NEEDED = 3;
/** Milliseconds. Even a quick prober may be silent for so long, and a busy process may be blocked for so long. */
const SHORTEST_PATIENCE = 2000;

/** What is known of probers when the drain begins. */
export interface ProberFacts {
  /** Milliseconds after which each of them asks again, at most. */
  readonly interval: number;
  /** How many they may be. */
  readonly probers: number;
  /** Whether both are known. Otherwise they are upper bounds. */
  readonly isCertain: boolean;
}

/** One prober, or several that look alike, as known when the drain began. Later questions change only what was received. */
export class Prober {
  readonly address: string;
  readonly agent: string;
  /** The usual time between two questions, in milliseconds. */
  readonly gap: number;
  /** The shortest interval that a prober among them may have. */
  readonly shortestInterval: number;
  readonly #interval: number;
  readonly #refusalsNeeded: number;
  readonly #asker: Asker;

  /** `longestWait`: the milliseconds into which three intervals have to fit. */
  constructor(asker: Asker, { interval, probers, isCertain }: ProberFacts, longestWait: number) {
    this.address = asker.address;
    this.agent = asker.agent;
    this.gap = interval / probers;
    this.shortestInterval = isCertain ? interval : this.gap;
    this.#interval = Math.min(interval, longestWait / REFUSALS_NEEDED);
    this.#refusalsNeeded = REFUSALS_NEEDED * Math.max(1, Math.min(probers, Math.floor(this.#interval / this.gap)));
    this.#asker = asker;
  }

  /** How many refusals in a row they have received, all together. */
  get refusals(): number {
    return this.#asker.refusals;
  }

  /**
   * Whether each has received enough refusals. Questions of others that look the same may count among them, so the
   * time in which each asks three times has to be over as well. `unheard`: milliseconds in which the process was blocked.
   */
  hasNoticed(now: number, unheard = 0): boolean {
    const intervals = (now - this.#asker.lastWelcomed - unheard) / this.#interval;
    if (intervals < REFUSALS_NEEDED) return false;
    if (this.refusals >= this.#refusalsNeeded) return true;
    // There are fewer probers than it seemed.
    return this.refusals >= REFUSALS_NEEDED && intervals >= 2 * REFUSALS_NEEDED;
  }

  /** Whether they have stopped asking: silent for three of their intervals. */
  isGone(now: number, unheard = 0): boolean {
    return now - this.#asker.lastAsked - unheard > Math.max(REFUSALS_NEEDED * this.#interval, SHORTEST_PATIENCE);
  }
}
