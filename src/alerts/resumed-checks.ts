import type { HealthMonitor, HealthRun } from '../extension/health-monitor.js';

/**
 * The indicators that were disabled for a time and have not run since. It listens to runs only while there is one, because
 * otherwise each run of the application would create an event for it.
 */
export class ResumedChecks {
  readonly #monitor: Pick<HealthMonitor, 'onRun'>;
  readonly #onFirstRun: (run: HealthRun) => void;
  readonly #indicators = new Set<string>();
  #unsubscribe: (() => void) | undefined;

  constructor(monitor: Pick<HealthMonitor, 'onRun'>, onFirstRun: (run: HealthRun) => void) {
    this.#monitor = monitor;
    this.#onFirstRun = onFirstRun;
  }

  add(indicator: string): void {
    this.#indicators.add(indicator);
    this.#unsubscribe ??= this.#monitor.onRun((run) => {
      if (this.delete(run.indicator)) this.#onFirstRun(run);
    });
  }

  /** Returns whether it was one. */
  delete(indicator: string): boolean {
    const wasKnown = this.#indicators.delete(indicator);
    if (this.#indicators.size === 0) this.#end();
    return wasKnown;
  }

  clear(): void {
    this.#indicators.clear();
    this.#end();
  }

  #end(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}
