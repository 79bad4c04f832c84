import { elapsed } from '../core/moment.js';
import type { Outcome, SharedOutcome } from '../core/outcome.js';
import type { HealthStore } from '../stores/health-store.js';
import { type OutcomeEntry, readOutcome } from './outcome-entry.js';
import { WriterClocks } from './writer-clocks.js';

/** In place of the name of an indicator: the entry shows the clock of its writer and has no outcome. */
export const CLOCK_ONLY = '';
/** The most indicators whose outcomes are kept. */
const MOST_OUTCOMES = 10_000;

export interface OutcomeBookSettings {
  readonly store: HealthStore;
  /** The collection and the service, such as `fleet-outcomes.production/orders/`. */
  readonly prefix: string;
  readonly service: string;
  readonly release: string;
  /** Identifies this start of this process. */
  readonly boot: string;
  readonly secret: string | undefined;
  /** Called for the first entry that is refused. */
  readonly onRefused: (because: string) => void;
}

/** The latest outcome of each shared indicator that this instance knows, by the clock of this process. */
export class OutcomeBook {
  readonly #settings: OutcomeBookSettings;
  readonly #latest = new Map<string, SharedOutcome>();
  /** The writers of the outcomes of other instances. */
  readonly #writers = new Map<string, { boot: string; clock: number; outcome: SharedOutcome }>();
  readonly #clocks = new WriterClocks();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #end: () => void;
  #isAway = false;
  #hasRefused = false;

  constructor(settings: OutcomeBookSettings) {
    this.#settings = settings;
    this.#end = settings.store.watch(settings.prefix, {
      snapshot: (entries) => {
        for (const value of entries.values()) this.#receive(value, true);
      },
      put: (_key, value) => this.#receive(value, false),
      // An outcome ends by its age.
      removed: () => undefined,
      connected: () => {
        this.#isAway = false;
      },
      disconnected: () => {
        this.#isAway = true;
      },
    });
  }

  close(): void {
    this.#end();
    this.#isAway = true;
  }

  /** The store does not respond. False before the first connection was made or has failed. */
  get isAway(): boolean {
    return this.#isAway;
  }

  of(indicator: string): SharedOutcome | undefined {
    return this.#latest.get(indicator);
  }

  /** Keeps an outcome unless a newer one is known. */
  record(indicator: string, outcome: SharedOutcome): void {
    const known = this.#latest.get(indicator);
    if (known ? known.ranAt >= outcome.ranAt : this.#latest.size >= MOST_OUTCOMES) return;
    this.#latest.set(indicator, outcome);
    this.wake(indicator);
  }

  /** Resolves at the next outcome of the indicator, at `wake()`, or after so many milliseconds. */
  wait(indicator: string, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(indicator) ?? new Set();
      this.#waiting.set(indicator, waiting);
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      waiting.add(end);
    });
  }

  wake(indicator: string): void {
    for (const end of this.#waiting.get(indicator) ?? []) end();
  }

  #receive(value: string, isSnapshot: boolean): void {
    const { service, release, boot, secret, onRefused } = this.#settings;
    const entry = readOutcome(value, secret);
    if (typeof entry === 'string') {
      if (!this.#hasRefused) onRefused(entry);
      this.#hasRefused = true;
      return;
    }
    if (entry.service !== service || entry.release !== release || entry.boot === boot) return;
    const now = elapsed();
    // An entry of a snapshot may have been written at any time, so it says nothing about the clock of its writer.
    const written = isSnapshot
      ? this.#clocks.timeOf(entry.boot, entry.clock, now)
      : this.#clocks.hear(entry.boot, entry.clock, now);
    if (written === undefined || entry.indicator === CLOCK_ONLY) return;
    const ranAt = written - entry.age;
    const last = this.#writers.get(entry.indicator);
    if (last?.boot === entry.boot) {
      if (last.clock >= entry.clock) return;
      // The newer entry of one writer replaces the older one, even if the older one was late and looked younger than it was.
      const known = this.#latest.get(entry.indicator);
      if (known === last.outcome && known.ranAt >= ranAt) this.#latest.delete(entry.indicator);
    }
    const outcome = outcomeOf(entry, ranAt);
    this.record(entry.indicator, outcome);
    if (this.#latest.get(entry.indicator) === outcome) {
      this.#writers.set(entry.indicator, { boot: entry.boot, clock: entry.clock, outcome });
    }
  }
}

function outcomeOf({ instance, status, message, error, code }: OutcomeEntry, ranAt: number): SharedOutcome {
  const texts: Pick<Outcome, 'message' | 'error' | 'code'> = {
    ...(message !== undefined && { message }),
    ...(error !== undefined && { error }),
    ...(code !== undefined && { code }),
  };
  return { status, ...texts, data: { run_by: instance }, ranAt };
}
