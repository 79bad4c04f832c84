import { elapsed } from '../core/moment.js';
import type { Outcome, SharedOutcome } from '../core/outcome.js';
import type { HealthStore } from '../stores/health-store.js';
import { HeardClocks } from './heard-clocks.js';
import { type HeardClock, type OutcomeEntry, readOutcome } from './outcome-entry.js';
import { WriterClocks } from './writer-clocks.js';

/** In place of the name of an indicator: the entry shows the clock of its writer and has no outcome. */
export const CLOCK_ONLY = '';
/** Milliseconds. If the entry of an outcome seems so old at its arrival, the clocks may be compared badly. */
const UNSURE = 250;
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
  /** Called when an outcome arrives: whether this instance knows well when it was written. */
  readonly onDated: (isWell: boolean) => void;
}

/** The latest outcome of each shared indicator that this instance knows, by the clock of this process. */
export class OutcomeBook {
  readonly #settings: OutcomeBookSettings;
  readonly #latest = new Map<string, SharedOutcome>();
  /** The latest outcomes of other instances. */
  readonly #others = new Map<string, { readonly boot: string; readonly clock: number; readonly ranAt: number }>();
  readonly #clocks: WriterClocks;
  readonly #heard = new HeardClocks();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #end: () => void;
  #isUnavailable = false;
  #hasRefused = false;

  constructor(settings: OutcomeBookSettings) {
    this.#settings = settings;
    this.#clocks = new WriterClocks(settings.boot);
    this.#end = settings.store.watch(settings.prefix, {
      snapshot: (entries) => {
        for (const [key, value] of entries) this.#receive(key, value, true);
      },
      put: (key, value) => this.#receive(key, value, false),
      // An outcome ends by its age.
      removed: () => undefined,
      connected: () => {
        this.#isUnavailable = false;
      },
      disconnected: () => {
        this.#isUnavailable = true;
      },
    });
  }

  close(): void {
    this.#end();
    this.#isUnavailable = true;
  }

  /** The store does not respond. False before the first connection was made or has failed. */
  get isUnavailable(): boolean {
    return this.#isUnavailable;
  }

  /** For the next outcome that this instance writes. */
  get heard(): readonly HeardClock[] {
    return this.#heard.list;
  }

  of(indicator: string): SharedOutcome | undefined {
    return this.#latest.get(indicator);
  }

  /** When the latest known run of another instance has ended. */
  lastRunOfOthers(indicator: string): number | undefined {
    return this.#others.get(indicator)?.ranAt;
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

  #receive(key: string, value: string, isSnapshot: boolean): void {
    const { service, release, boot, secret, onRefused, onDated } = this.#settings;
    const entry = readOutcome(key, value, secret);
    if (typeof entry === 'string') {
      if (!this.#hasRefused) onRefused(entry);
      this.#hasRefused = true;
      return;
    }
    if (entry.service !== service || entry.release !== release) return;
    this.#heard.remove(entry.heard);
    if (entry.boot === boot) return;
    const now = elapsed();
    this.#heard.hear(entry.boot, entry.clock, now);
    if (entry.indicator === CLOCK_ONLY) return;
    this.#clocks.hear(entry.boot, entry.clock, entry.heard, now);
    const written = this.#clocks.timeOf(entry.boot, entry.clock);
    // An entry of a snapshot may have been written at any time.
    if (!isSnapshot || written === undefined) onDated(written !== undefined && now - written < UNSURE);
    this.#recordEntry(entry);
  }

  #recordEntry(entry: OutcomeEntry): void {
    const { indicator, boot, clock, age } = entry;
    const ranAt = this.#clocks.timeOf(boot, clock - age);
    const last = this.#others.get(indicator);
    // The same entry, again in a snapshot, is no other outcome.
    if (ranAt === undefined || (last?.boot === boot && last.clock >= clock)) return;
    if (last ? last.ranAt >= ranAt : this.#others.size >= MOST_OUTCOMES) return;
    this.#others.set(indicator, { boot, clock, ranAt });
    this.record(indicator, outcomeOf(entry, ranAt));
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
