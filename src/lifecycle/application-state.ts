import { describeFailure } from '../core/failure.js';
import { boundedText } from '../core/bounded-text.js';
import type { TrafficGate } from '../core/engine-settings.js';
import type { ApplicationPhase, DrainStep } from '../extension/health-monitor.js';
import type { HealthRefusal } from '../extension/health-override.js';

/** A task that readiness waits for. */
interface Delay {
  readonly name: string;
  /** The error, once the task has failed. */
  failure: string | undefined;
}

/** Decides whether the application accepts traffic, and gives the reason when it does not. */
export class ApplicationState implements TrafficGate {
  #isBootstrapped = false;
  #drainStep: DrainStep | undefined;
  readonly #draining = new AbortController();
  readonly #delays = new Set<Delay>();
  readonly #refusals: HealthRefusal[] = [];
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

  /** The refusals that have not been withdrawn, oldest first. */
  get refusals(): readonly HealthRefusal[] {
    return [...this.#refusals];
  }

  bootstrapped(): void {
    this.#isBootstrapped = true;
    this.#changed();
  }

  /** The step of the drain. Undefined: no drain has begun. */
  get drainStep(): DrainStep | undefined {
    return this.#drainStep;
  }

  drain(): void {
    this.#draining.abort();
    this.enter('balancers');
  }

  /** Records that the drain has reached this step. */
  enter(step: DrainStep): void {
    this.#drainStep = step;
    this.#changed();
  }

  /**
   * Refuses traffic until the returned function is called or `acceptTraffic` withdraws the refusal. The function returns
   * whether the refusal was still active. `terms`: its author, its beginning (now) and its end.
   */
  refuseTraffic(reason: string, terms: Partial<Omit<HealthRefusal, 'reason'>> = {}): () => boolean {
    const { by, since = new Date(), until } = terms;
    const refusal = Object.freeze({ reason: boundedText(reason), by, since, until });
    this.#refusals.push(refusal);
    this.#changed();
    return () => this.#withdraw(this.#refusals.indexOf(refusal));
  }

  /** Withdraws the latest refusal without an author, or the latest one with the given reason. Returns whether there was one. */
  acceptTraffic(reason?: string): boolean {
    const index = this.#refusals.findLastIndex((refusal) =>
      reason === undefined ? refusal.by === undefined : refusal.reason === boundedText(reason),
    );
    return this.#withdraw(index);
  }

  /**
   * Delays readiness until the promise resolves. After a rejection it stays delayed, with the error as the reason, until a
   * new delay of the same name replaces it. Resolves to the reason of the rejection.
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

  #withdraw(index: number): boolean {
    if (index < 0) return false;
    this.#refusals.splice(index, 1);
    this.#changed();
    return true;
  }
}

function describeDelay({ name, failure }: Delay): string {
  return failure === undefined ? name : `${name} failed (${failure})`;
}
