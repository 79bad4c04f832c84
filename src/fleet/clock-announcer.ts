/** Milliseconds between two announcements. In this time clocks do not drift apart noticeably. */
const ANNOUNCED_EVERY = 240_000;
/** Milliseconds. Maximum pause before the clock is announced again. It doubles until an outcome confirms the clock. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** Announces the clock of this instance at the right times. The others acknowledge it in their outcomes. */
export class ClockAnnouncer {
  readonly #announce: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isSoon = false;
  #pause = FIRST_PAUSE;

  constructor(announce: () => void) {
    this.#announce = announce;
  }

  get isStarted(): boolean {
    return this.#timer !== undefined;
  }

  /** Announces the clock now, and then periodically. */
  start(): void {
    if (this.#timer === undefined) this.#announceNow();
  }

  /** Call it when an outcome with an exact age arrives: the others then know the clock of this instance. */
  confirm(): void {
    this.#pause = FIRST_PAUSE;
  }

  /** Call it when an outcome with an unknown age arrives. Many instances can receive it, so each waits for a random time. */
  announceSoon(): void {
    if (this.#timer === undefined || this.#isSoon) return;
    this.#isSoon = true;
    this.#schedule(this.#pause * Math.random());
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #announceNow(): void {
    this.#isSoon = false;
    this.#schedule(ANNOUNCED_EVERY);
    this.#announce();
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#announceNow(), milliseconds).unref();
  }
}
