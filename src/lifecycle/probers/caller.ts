import { type Rhythm, SHORTEST_GAP, rhythmOf } from './rhythm.js';

/** The number of latest requests whose times are kept. */
const MOST_TIMES = 64;
/** Two readings of the rhythm confirm each other when they differ by less than this factor. */
const SAME = 1.5;
/** In a rhythm, half of the gaps are at least `SHORTEST_GAP`. Requests that are this many times denser have no rhythm. */
const FLOOD_DENSITY = 4;
/** The number of requests around the latest three gaps. */
const RECENT_TIMES = 4;

/** The requests from one address with the same headers: one prober, several probers that cannot be distinguished, or other clients. */
export class Caller {
  readonly address: string;
  readonly agent: string;
  requests = 0;
  lastRequestAt = 0;
  /** The beginning of the latest series of requests in which no gap exceeds the longest interval of interest. */
  activeSince = 0;
  /** The time at which a response last accepted traffic. */
  lastAcceptedAt = -Infinity;
  /** The number of responses that have refused traffic since then. */
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
    if (this.requests === 0 || now - this.lastRequestAt > this.#longestInterval) this.activeSince = now;
    this.requests += 1;
    this.lastRequestAt = now;
    if (wasRefused) this.refusals += 1;
    else {
      this.refusals = 0;
      this.lastAcceptedAt = now;
    }
    this.#times.push(now);
    if (this.#times.length > MOST_TIMES) this.#times.shift();
    this.#sinceReading += 1;
    if (this.#sinceReading === MOST_TIMES) this.#readRhythm();
  }

  /**
   * The rhythm of the latest requests, or the confirmed one if that is slower: with requests of other clients in
   * between, a prober appears quicker or irregular, and never slower.
   */
  get rhythm(): Rhythm | undefined {
    const latest = rhythmOf(this.#times, this.#longestInterval);
    const known = this.#known;
    return known && (!latest || latest.interval < known.interval) ? known : latest;
  }

  /** Whether two successive readings have confirmed a rhythm. */
  get isKnown(): boolean {
    return this.#known !== undefined;
  }

  /** The average and the longest time between two of the latest requests. */
  get gaps(): { readonly average: number; readonly longest: number } {
    const times = this.#times;
    let longest = 0;
    for (let index = 1; index < times.length; index += 1) {
      longest = Math.max(longest, (times[index] ?? 0) - (times[index - 1] ?? 0));
    }
    return { average: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / Math.max(1, times.length - 1), longest };
  }

  /**
   * The longest of the latest three times between two requests, or 0 if it is too long to be of interest. If a balancer
   * has just changed to a longer interval, as HAProxy does from `fastinter` to `inter`, this value changes before the rhythm.
   */
  get recentGap(): number {
    const times = this.#times.slice(-RECENT_TIMES);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    const longest = Math.max(0, ...gaps);
    return longest > this.#longestInterval ? 0 : longest;
  }

  /** Whether the requests are too dense for probers. Searching for a rhythm would cost as much as the responses. */
  get #isFlood(): boolean {
    return this.lastRequestAt - (this.#times[0] ?? 0) < (MOST_TIMES * SHORTEST_GAP) / FLOOD_DENSITY;
  }

  #readRhythm(): void {
    this.#sinceReading = 0;
    const before = this.#latest;
    this.#latest = this.#isFlood ? undefined : rhythmOf(this.#times, this.#longestInterval);
    if (!before || !this.#latest) return;
    const { interval } = this.#latest;
    const isConfirmed = interval < SAME * before.interval && before.interval < SAME * interval;
    if (isConfirmed && (!this.#known || interval > this.#known.interval)) this.#known = this.#latest;
  }
}
