import type { ConfigurationFault } from './fault.js';

/** Collects configuration faults, so that one error can report all of them. */
export class FaultCollector {
  readonly #faults: ConfigurationFault[] = [];

  add(...faults: readonly ConfigurationFault[]): void {
    this.#faults.push(...faults);
  }

  /** The faults so far, in the order in which they were found. */
  get all(): readonly ConfigurationFault[] {
    return [...this.#faults];
  }

  get count(): number {
    return this.#faults.length;
  }
}
