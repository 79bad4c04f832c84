/** Milliseconds. More often than clocks drift apart noticeably. */
const SHOWN_EVERY = 240_000;
/** Milliseconds. The longest pause before the clock is shown again. Doubled each time, while it does not help. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** Decides when this instance shows its clock to the others, which then name it in their outcomes. */
export class ShownClock {
  readonly #show: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isSoon = false;
  #pause = FIRST_PAUSE;

  constructor(show: () => void) {
    this.#show = show;
  }

  get isStarted(): boolean {
    return this.#timer !== undefined;
  }

  /** Shows it now, and from time to time. */
  start(): void {
    if (this.#timer === undefined) this.#showNow();
  }

  /** An outcome has arrived whose age is known well, so the others know the clock of this instance. */
  confirm(): void {
    this.#pause = FIRST_PAUSE;
  }

  /** An outcome has arrived whose age is unknown. Many instances can receive it, so each waits for a random time. */
  showSoon(): void {
    if (this.#timer === undefined || this.#isSoon) return;
    this.#isSoon = true;
    this.#schedule(this.#pause * Math.random());
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #showNow(): void {
    this.#isSoon = false;
    this.#schedule(SHOWN_EVERY);
    this.#show();
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#showNow(), milliseconds).unref();
  }
}
