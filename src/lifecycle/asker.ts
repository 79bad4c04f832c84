import { type Rhythm, rhythmOf } from './rhythm.js';

/** How many of the latest questions are remembered. */
const MOST_TIMES = 64;
/** Two readings of the rhythm that differ by a smaller factor confirm each other. */
const SAME = 1.5;

/** The questions that come from one address with the same headers: one prober, several that look alike, or anybody else. */
export class Asker {
  readonly address: string;
  readonly agent: string;
  asked = 0;
  lastAsked = 0;
  /** When the questions began that had no gap longer than the longest interval of interest. */
  activeSince = 0;
  /** When it was last told that traffic is welcome. */
  lastWelcomed = -Infinity;
  /** How many refusals it has received since then. */
  refusals = 0;
  readonly #longestInterval: number;
  readonly #times: number[] = [];
  #sinceReading = 0;
  #latest: Rhythm | undefined;
  #known: Rhythm | undefined;

  constructor(address: string, agent: string, longestInterval: number) {
    this.address = address;
    this.agent = agent;
    this.#longestInterval = longestInterval;
  }

  record(now: number, wasRefused: boolean): void {
    if (this.asked === 0 || now - this.lastAsked > this.#longestInterval) this.activeSince = now;
    this.asked += 1;
    this.lastAsked = now;
    if (wasRefused) this.refusals += 1;
    else {
      this.refusals = 0;
      this.lastWelcomed = now;
    }
    this.#times.push(now);
    if (this.#times.length > MOST_TIMES) this.#times.shift();
    this.#sinceReading += 1;
    if (this.#sinceReading === MOST_TIMES) this.#learn();
  }

  /**
   * The rhythm of the latest questions, or the one known from before if that is slower: questions of others in between
   * make a prober look quicker or irregular, and never slower.
   */
  get rhythm(): Rhythm | undefined {
    const now = rhythmOf(this.#times, this.#longestInterval);
    const known = this.#known;
    return known && (!now || now.interval < known.interval) ? known : now;
  }

  /** Whether a rhythm has been read twice from questions that were remembered one after the other. */
  get isKnown(): boolean {
    return this.#known !== undefined;
  }

  /** The average and the longest time between two of the latest questions. */
  get gaps(): { readonly average: number; readonly longest: number } {
    const times = this.#times;
    let longest = 0;
    for (let index = 1; index < times.length; index += 1) {
      longest = Math.max(longest, (times[index] ?? 0) - (times[index - 1] ?? 0));
    }
    return { average: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / Math.max(1, times.length - 1), longest };
  }

  #learn(): void {
    this.#sinceReading = 0;
    const before = this.#latest;
    this.#latest = rhythmOf(this.#times, this.#longestInterval);
    if (!before || !this.#latest) return;
    const { interval } = this.#latest;
    const isConfirmed = interval < SAME * before.interval && before.interval < SAME * interval;
    if (isConfirmed && (!this.#known || interval > this.#known.interval)) this.#known = this.#latest;
  }
}
