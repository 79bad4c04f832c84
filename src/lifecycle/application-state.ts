import { describeFailure } from '../core/failure.js';
import { boundedText } from '../core/bounded-text.js';
import type { TrafficGate } from '../core/health-engine.js';
import type { ApplicationPhase, DrainStep } from '../extension/health-monitor.js';

/** Something that readiness waits for. */
interface Delay {
  readonly name: string;
  /** Why it will not come, once it has failed. */
  failure: string | undefined;
}

/** Holds what opens and closes the application for traffic, and says why it is closed. */
export class ApplicationState implements TrafficGate {
  #isBootstrapped = false;
  #drainStep: DrainStep | undefined;
  readonly #draining = new AbortController();
  readonly #delays = new Set<Delay>();
  readonly #refusals: { readonly reason: string }[] = [];
  readonly #listeners: (() => void)[] = [];

  /** Calls the listener after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  get isBootstrapped(): boolean {
    return this.#isBootstrapped;
  }

  get phase(): ApplicationPhase {
    if (this.draining.aborted) return 'draining';
    if (!this.#isBootstrapped || this.#delays.size > 0) return 'starting';
    return this.#refusals.length > 0 ? 'refusing' : 'accepting';
  }

  get closedBecause(): string | undefined {
    if (this.draining.aborted) return 'shutting down';
    if (!this.#isBootstrapped) return 'starting';
    if (this.#delays.size > 0) return `starting: ${[...this.#delays].map(describeDelay).join(', ')}`;
    return this.#refusals.length > 0 ? [...new Set(this.#refusals.map(({ reason }) => reason))].join(', ') : undefined;
  }

  /** Aborted when the drain begins. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  bootstrapped(): void {
    this.#isBootstrapped = true;
    this.#changed();
  }

  /** What the drain is at. Undefined: there is none. */
  get drainStep(): DrainStep | undefined {
    return this.#drainStep;
  }

  drain(): void {
    this.#draining.abort();
    this.enter('balancers');
  }

  /** The drain has come so far. */
  enter(step: DrainStep): void {
    this.#drainStep = step;
    this.#changed();
  }

  /** Closes until the returned function is called, or `acceptTraffic` takes the refusal back. The function returns whether there was something to take back. */
  refuseTraffic(reason: string): () => boolean {
    const refusal = { reason: boundedText(reason) };
    this.#refusals.push(refusal);
    this.#changed();
    return () => this.#takeBack(this.#refusals.indexOf(refusal));
  }

  /** Takes back the latest refusal, or the latest with the given reason. Returns whether there was one. */
  acceptTraffic(reason?: string): boolean {
    const index = this.#refusals.findLastIndex(
      (refusal) => reason === undefined || refusal.reason === boundedText(reason),
    );
    return this.#takeBack(index);
  }

  /**
   * Holds readiness until the promise resolves; a rejection holds it for good, and says why, until the same name is
   * announced anew. Resolves to what it was rejected with.
   */
  async delayReadiness(name: string, promise: PromiseLike<unknown>): Promise<{ readonly cause: unknown } | undefined> {
    const delay: Delay = { name, failure: undefined };
    for (const earlier of this.#delays) {
      if (earlier.name === name && earlier.failure !== undefined) this.#delays.delete(earlier);
    }
    this.#delays.add(delay);
    this.#changed();
    try {
      await promise;
      this.#delays.delete(delay);
      return undefined;
    } catch (cause) {
      delay.failure = describeFailure(cause).error;
      return { cause };
    } finally {
      this.#changed();
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #takeBack(index: number): boolean {
    if (index < 0) return false;
    this.#refusals.splice(index, 1);
    this.#changed();
    return true;
  }
}

function describeDelay({ name, failure }: Delay): string {
  return failure === undefined ? name : `${name} failed (${failure})`;
}
