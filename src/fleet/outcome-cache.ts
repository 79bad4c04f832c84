import { linkedAbort, sleep } from '../core/async.js';
import { elapsed } from '../core/moment.js';
import type { Outcome, SharedOutcome } from '../core/outcome.js';
import type { HealthStore } from '../stores/health-store.js';
import { CountedOutcome, type RunOfAnother } from './counted-outcome.js';
import { UnacknowledgedClocks } from './unacknowledged-clocks.js';
import { type AcknowledgedClock, type OutcomeEntry, readOutcome } from './outcome-entry.js';
import { PresentInstances } from './present-instances.js';
import { SignedValues } from './signed-text.js';
import { WriterClocks } from './writer-clocks.js';

/** Replaces the name of an indicator in an entry that contains only the clock of its writer and no outcome. */
export const CLOCK_ONLY = '';
/** Milliseconds. If an outcome seems older than this at its arrival, the offset of the clocks may be inexact. */
const UNSURE = 250;
/** Maximum number of indicators whose outcomes are kept. Beyond it, the one whose last outcome arrived first is forgotten. */
const MOST_OUTCOMES = 10_000;

export interface OutcomeCacheSettings {
  readonly store: HealthStore;
  /** The collection and the service, such as `fleet-outcomes.production.0a1b2c3d4e5f/orders/`. */
  readonly prefix: string;
  readonly service: string;
  readonly release: string;
  /** Identifies this start of this process. */
  readonly boot: string;
  readonly secret: string | undefined;
  /** Called for the first refused entry. */
  readonly onRefused: (because: string) => void;
  /** Whether the store has refused or not received the last write of this instance. */
  readonly isStoreFailing: () => boolean;
  /** Receives the message of a failure that does not end the connection, such as entries beyond a limit. */
  readonly onFailure: (message: string) => void;
  /** Called when an outcome arrives. `isExact`: whether this instance knows exactly when it was written. */
  readonly onTimed: (isExact: boolean) => void;
  /** Called when an outcome of another instance arrives that counts from now on. */
  readonly onArrived: (indicator: string) => void;
  /** Called when a failure of another instance arrives that no second instance has found. */
  readonly onSuspected: (indicator: string) => void;
}

/** The outcome of each shared indicator that counts for this instance, by the clock of this process. */
export class OutcomeCache {
  readonly #settings: OutcomeCacheSettings;
  /** The one with the latest outcome is the last. */
  readonly #outcomes = new Map<string, CountedOutcome>();
  readonly #present = new PresentInstances();
  readonly #values: SignedValues;
  readonly #clocks: WriterClocks;
  readonly #unacknowledged = new UnacknowledgedClocks();
  readonly #waiting = new Map<string, Set<() => void>>();
  #end: (() => void) | undefined;
  #isUnavailable = false;
  #hasRefused = false;

  constructor(settings: OutcomeCacheSettings) {
    this.#settings = settings;
    this.#values = new SignedValues(settings.secret);
    this.#clocks = new WriterClocks(settings.boot);
  }

  /** Starts to receive the outcomes. Later calls have no effect. */
  follow(): void {
    if (this.#end) return;
    const { store, prefix, onFailure, isStoreFailing } = this.#settings;
    this.#isUnavailable = isStoreFailing();
    this.#end = store.watch(prefix, {
      snapshot: (entries) => {
        this.#present.clear();
        for (const [key, value] of entries) this.#receive(key, value, true);
      },
      put: (key, value) => this.#receive(key, value, false),
      // Outcomes expire by their age.
      removed: (key) => this.#present.remove(key),
      failed: ({ message }) => onFailure(message),
      trusts: (key, value) => this.#values.isGenuine(key, value),
      connected: () => {
        this.#isUnavailable = false;
      },
      disconnected: () => {
        this.#isUnavailable = true;
        this.#wakeAll();
      },
    });
  }

  close(): void {
    this.#end?.();
    this.#isUnavailable = true;
    this.#wakeAll();
  }

  /** Whether the store does not respond. Until the first connection succeeds or fails: whether the last write has failed. */
  get isUnavailable(): boolean {
    return this.#isUnavailable;
  }

  /** The received entries that the next outcome of this instance acknowledges. */
  get unacknowledged(): readonly AcknowledgedClock[] {
    return this.#unacknowledged.list;
  }

  of(indicator: string): SharedOutcome | undefined {
    return this.#outcomes.get(indicator)?.latest;
  }

  /** A failure of another instance that no second instance has found. */
  suspectedOf(indicator: string): RunOfAnother | undefined {
    return this.#outcomes.get(indicator)?.suspected;
  }

  /** The check fails on this instance, and no other instance has found that. */
  isAlone(indicator: string): boolean {
    return this.#outcomes.get(indicator)?.isAlone ?? false;
  }

  /** End of the latest known run of another instance. */
  lastRunOfOthers(indicator: string): number | undefined {
    return this.#outcomes.get(indicator)?.other?.outcome.ranAt;
  }

  /** How many instances come before this one when the check of `boot` has failed, and how many there are. */
  turnAfter(boot: string): { readonly before: number; readonly count: number } {
    return { before: this.#present.between(boot, this.#settings.boot), count: this.#present.count };
  }

  /** The latest run of another instance has failed, and none of this instance has passed since then. */
  failsElsewhere(indicator: string): boolean {
    return this.#outcomes.get(indicator)?.failsElsewhere ?? false;
  }

  /** The outcome of a run of this instance. `isForAll`: the others receive it. */
  record(indicator: string, outcome: SharedOutcome, isForAll: boolean): void {
    this.#outcomeOf(indicator).recordOwn(outcome, isForAll);
    this.wake(indicator);
  }

  /** The indicator does not exist any more, or its outcomes are not shared any more. */
  forget(indicator: string): void {
    this.#outcomes.delete(indicator);
  }

  /** No second instance has run the check in time. */
  countSuspected(indicator: string): void {
    this.#outcomes.get(indicator)?.countSuspected();
  }

  /**
   * Resolves at the next outcome of the indicator, at `wake()`, at the abort of the signal, or after the given milliseconds. It does
   * not keep the process alive.
   */
  async wait(indicator: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(indicator) ?? new Set();
    this.#waiting.set(indicator, waiting);
    const end = linkedAbort(signal);
    waiting.add(end.abort);
    await sleep(milliseconds, end.signal);
    end.release();
    waiting.delete(end.abort);
    if (waiting.size === 0) this.#waiting.delete(indicator);
  }

  wake(indicator: string): void {
    for (const end of this.#waiting.get(indicator) ?? []) end();
  }

  #wakeAll(): void {
    for (const indicator of this.#waiting.keys()) this.wake(indicator);
  }

  #receive(key: string, value: string, isSnapshot: boolean): void {
    const { service, release, boot, onRefused, onTimed } = this.#settings;
    const entry = readOutcome(this.#values.read(key, value));
    if (typeof entry === 'string') {
      if (!this.#hasRefused) onRefused(entry);
      this.#hasRefused = true;
      return;
    }
    if (entry.service !== service || entry.release !== release) return;
    if (entry.indicator === CLOCK_ONLY) this.#present.add(key, entry.boot);
    this.#unacknowledged.remove(entry.acknowledged);
    if (entry.boot === boot) return;
    const now = elapsed();
    this.#unacknowledged.add(entry.boot, entry.clock, now);
    if (entry.indicator === CLOCK_ONLY) return;
    this.#clocks.record(entry.boot, entry.clock, entry.acknowledged, now);
    const written = this.#clocks.timeOf(entry.boot, entry.clock);
    // An entry of a snapshot may have been written at any time.
    if (!isSnapshot || written === undefined) onTimed(written !== undefined && now - written < UNSURE);
    this.#recordEntry(entry, isSnapshot ? undefined : now);
  }

  /** `arrived`: undefined for an entry of a snapshot. */
  #recordEntry(entry: OutcomeEntry, arrived: number | undefined): void {
    const { indicator, boot, clock, age, isConfirmed } = entry;
    const ranAt = this.#clocks.timeOf(boot, clock - age);
    if (ranAt === undefined) return;
    const known = this.#outcomeOf(indicator);
    const { latest, suspected } = known;
    known.recordOther({ outcome: outcomeOf(entry, ranAt), boot, clock, isConfirmed, since: arrived ?? ranAt });
    if (known.latest !== latest) {
      this.wake(indicator);
      this.#settings.onArrived(indicator);
    }
    if (known.suspected && !suspected) this.#settings.onSuspected(indicator);
  }

  /** For a new outcome of the indicator. */
  #outcomeOf(indicator: string): CountedOutcome {
    const known = this.#outcomes.get(indicator) ?? new CountedOutcome();
    this.#outcomes.delete(indicator);
    const [oldest] = this.#outcomes.keys();
    if (oldest !== undefined && this.#outcomes.size >= MOST_OUTCOMES) this.#outcomes.delete(oldest);
    this.#outcomes.set(indicator, known);
    return known;
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
