/** Percent at the beginning. With a small weight in HAProxy, a lower value would be rounded to no traffic. */
const FIRST = 10;

/** The weight of an instance whose caches and connections are cold: it rises linearly, once after the start. */
export class WarmUp {
  readonly #duration: number;
  #began: number | undefined;

  /** `duration`: milliseconds. 0: the full weight at once. */
  constructor(duration: number) {
    this.#duration = duration;
  }

  /** Percent, from 10 to 100. The first call begins the rise. `now`: milliseconds on a monotonic clock. */
  weightAt(now: number): number {
    this.#began ??= now;
    const share = this.#duration === 0 ? 1 : Math.min(1, (now - this.#began) / this.#duration);
    return FIRST + (100 - FIRST) * share;
  }
}
