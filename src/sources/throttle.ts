/**
 * Limits how often a task runs for a name: at once at the first request, then at most once per period. Requests during a period
 * cause one run at its end.
 */
export class Throttle {
  readonly #period: number;
  readonly #run: (name: string) => void;
  /** The names that ran in this period, and whether they were requested again. */
  readonly #recent = new Map<string, boolean>();
  #timer: NodeJS.Timeout | undefined;

  /** `period`: milliseconds. */
  constructor(period: number, run: (name: string) => void) {
    this.#period = period;
    this.#run = run;
  }

  request(name: string): void {
    if (this.#recent.has(name)) {
      this.#recent.set(name, true);
      return;
    }
    this.#recent.set(name, false);
    // The timer starts first, because the task may throw.
    this.#timer ??= setInterval(() => this.#endPeriod(), this.#period).unref();
    this.#run(name);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#recent.clear();
  }

  #endPeriod(): void {
    const again = [...this.#recent].flatMap(([name, isRequested]) => (isRequested ? [name] : []));
    this.#recent.clear();
    if (again.length === 0) return this.stop();
    for (const name of again) this.request(name);
  }
}
