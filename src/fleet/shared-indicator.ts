import { sleep } from '../core/async.js';
import { type CheckSettings, longestRunOf } from '../core/check.js';
import type { CheckRun } from '../core/check-history.js';
import { elapsed } from '../core/moment.js';
import type { SharedOutcome } from '../core/outcome.js';
import type { SharedCall } from '../core/shared-runs.js';
import { isFailing } from '../core/status.js';
import type { HealthStore, StoreLease } from '../stores/health-store.js';
import type { RunOfAnother } from './counted-outcome.js';
import type { OutcomeCache } from './outcome-cache.js';
import { type OutcomeSubject, writeOutcome } from './outcome-entry.js';

/** Milliseconds. The shortest time between two runs for the service, and the shortest lease of a store. */
const SHORTEST_PERIOD = 1000;
/** Milliseconds. The longest lease of a store, and the longest time for which it keeps an entry. */
const LONGEST_LEASE = 86_400_000;
/** In periods: the age of an outcome from which on another instance takes over. */
const OVERDUE = 1.25;
/** In periods: the time between two attempts to take over. A random part of it keeps instances from acting at the same time. */
const CLAIM_PAUSE = 0.25;
/** In periods: how long an instance whose run failed leaves the next run to another instance. */
const ABSTAINS = 1.75;
/** In periods, besides the longest possible run: the greatest age of an outcome that is taken. */
const TAKEN_FOR = 3;
/** Milliseconds, besides the longest possible run: how long a second instance may take to confirm a failure before it counts. */
const CONFIRM_WITHIN = 2000;
/** Milliseconds between the attempts of two instances to confirm a failure. The first one begins at once. */
const CONFIRM_STEP = 50;
/** In calls of the timer without a call of the check: then the indicator is not shared any more. */
const IDLE_AFTER = 20;

export interface SharedIndicatorSettings {
  readonly store: HealthStore;
  readonly outcomes: OutcomeCache;
  /** Of the lease and of the entry. */
  readonly key: string;
  readonly subject: OutcomeSubject;
  readonly instance: string;
  readonly boot: string;
  readonly secret: string | undefined;
  /** Called when the check was not called for a while, because its option has changed. It retires the indicator. */
  readonly onIdle: () => void;
}

/** One indicator with `scope: 'fleet'`: whether this instance runs it, and which outcomes of others it takes. */
export class SharedIndicator {
  readonly #given: SharedIndicatorSettings;
  #settings: CheckSettings | undefined;
  #run: (() => Promise<void>) | undefined;
  #lease: StoreLease | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClaiming = false;
  /** The attempt under way calls the check of this instance. */
  #isOwnRun = false;
  /** The latest outcome of a run of this instance. */
  #own: SharedOutcome | undefined;
  #hasWaited = false;
  #claimsNotBefore = 0;
  #ticksWithoutCall = 0;
  readonly #retirement = new AbortController();

  constructor(given: SharedIndicatorSettings) {
    this.#given = given;
  }

  /** The outcome to use instead of a call of the check. Undefined: this instance calls the check. */
  take(call: SharedCall): SharedOutcome | undefined | Promise<SharedOutcome | undefined> {
    const { settings, run } = call;
    this.#settings = settings;
    this.#run = run;
    this.#ticksWithoutCall = 0;
    const taken = this.#usable();
    if (this.#timer === undefined) this.#tick();
    if (taken) return taken;
    const { outcomes, subject } = this.#given;
    const waitsForNothing = this.#isRetired || outcomes.isUnavailable || outcomes.isAlone(subject.indicator);
    if (this.#lease?.isHeld || this.#hasWaited || waitsForNothing) return this.#callCheck();
    // Without any outcome, such as after the start of all instances at once, another instance may be running the check. This
    // instance waits for it once, and keeps half of its timeout for a run of its own.
    this.#hasWaited = true;
    return this.#waitOnce(call);
  }

  async #waitOnce({ indicator, settings, signal }: SharedCall): Promise<SharedOutcome | undefined> {
    await this.#given.outcomes.wait(indicator, settings.timeout / 2, signal);
    return this.#usable() ?? this.#callCheck();
  }

  /** With an interval, an outcome is taken when it arrives. The next run of the interval could find it too old. */
  takeArrived(): void {
    if (this.#settings?.interval !== undefined && this.#usable()) void this.#run?.();
  }

  /** A run has ended. Writes its outcome if this instance runs the check for the service. */
  finished({ outcome, finished }: CheckRun): void {
    const wasOwnRun = this.#isOwnRun;
    this.#isOwnRun = false;
    // The outcome of another instance, or of a condition that was false.
    if (!wasOwnRun || outcome.ranAt !== undefined) return;
    const { outcomes, subject } = this.#given;
    this.#own = { ...outcome, ranAt: finished.elapsed };
    const isForAll = this.#lease?.isHeld === true;
    outcomes.record(subject.indicator, this.#own, isForAll);
    if (!isForAll) return;
    const fails = isFailing(outcome.status);
    const isConfirmed = fails && outcomes.failsElsewhere(subject.indicator);
    const written = outcome.isLocal ? undefined : this.#write(outcome, finished.elapsed, isConfirmed);
    if (!outcome.isLocal && !fails) return;
    // The cause may be this instance, so the next run is made by another one.
    this.#claimsNotBefore = elapsed() + ABSTAINS * this.#period;
    // Instances that have not received the second failure yet cannot run the check once more.
    void this.#releaseAfter(written, isConfirmed ? CLAIM_PAUSE * this.#period : 0);
  }

  /** The check has failed on another instance. One instance runs it again at once: the next one that is present. */
  confirm(): void {
    const suspected = this.#suspected;
    if (this.#isRetired || this.#timer === undefined || !suspected) return;
    this.#schedule(CONFIRM_STEP * this.#given.outcomes.turnAfter(suspected.boot).before);
  }

  /** Runs nothing for others from now on. Outcomes of others are still taken. */
  retire(): void {
    this.#retirement.abort();
    clearTimeout(this.#timer);
    void this.#releaseAfter(undefined);
  }

  get #isRetired(): boolean {
    return this.#retirement.signal.aborted;
  }

  #callCheck(): undefined {
    this.#isOwnRun = true;
    return undefined;
  }

  /** Milliseconds between two runs for the service. */
  get #period(): number {
    const { interval, ttl = SHORTEST_PERIOD } = this.#settings ?? {};
    return Math.min(LONGEST_LEASE, Math.max(SHORTEST_PERIOD, interval ?? ttl));
  }

  /** Milliseconds. A greater age shows that no other instance has taken over. */
  get #longestAge(): number {
    if (!this.#settings) return 0;
    return Math.min(this.#settings.maxAge, TAKEN_FOR * this.#period + longestRunOf(this.#settings));
  }

  /**
   * Milliseconds until another instance must have run the check again. A run that this instance made for itself says nothing
   * about that.
   */
  get #untilOverdue(): number {
    const { outcomes, subject } = this.#given;
    const ranAt = outcomes.lastRunOfOthers(subject.indicator);
    return ranAt === undefined ? -Infinity : ranAt + OVERDUE * this.#period - elapsed();
  }

  /** The failure of another instance for which a second run is awaited. */
  get #suspected(): RunOfAnother | undefined {
    const { outcomes, subject } = this.#given;
    const suspected = outcomes.suspectedOf(subject.indicator);
    if (!suspected || !this.#settings) return undefined;
    if (elapsed() - suspected.since <= longestRunOf(this.#settings) + CONFIRM_WITHIN) return suspected;
    outcomes.countSuspected(subject.indicator);
    return undefined;
  }

  /** The known outcome, unless it is too old for this instance. */
  #usable(): SharedOutcome | undefined {
    const { outcomes, subject } = this.#given;
    const suspected = this.#suspected;
    const known = outcomes.of(subject.indicator);
    if (suspected) {
      if (this.#lease?.isHeld) return undefined;
      const isValid = known && elapsed() - known.ranAt <= (this.#settings?.maxAge ?? 0);
      return isValid ? known : suspected.outcome;
    }
    if (!known) return undefined;
    const age = elapsed() - known.ranAt;
    // The engine calls the check once per `ttl` or `interval`.
    if (outcomes.isAlone(subject.indicator)) return age < this.#period / 2 ? known : undefined;
    const leavesRunToOthers = !outcomes.isUnavailable && (elapsed() < this.#claimsNotBefore || this.#untilOverdue > 0);
    const runsItself = this.#lease?.isHeld || (known === this.#own && !leavesRunToOthers);
    const longestAge = runsItself ? this.#period : this.#longestAge;
    return age < longestAge && age <= (this.#settings?.maxAge ?? 0) ? known : undefined;
  }

  /** Runs the check when it is due and this instance has the lease, or tries to take over when the outcome is overdue. */
  #tick(): void {
    if (this.#isRetired) return;
    const suspected = this.#suspected;
    if (!suspected) this.#ticksWithoutCall += 1;
    if (this.#lease && !this.#lease.isHeld) this.#lease = undefined;
    const known = this.#given.outcomes.of(this.#given.subject.indicator);
    const left = this.#lease ? this.#period - (known ? elapsed() - known.ranAt : Infinity) : this.#untilOverdue;
    if (left > 0 && !suspected) return this.#schedule(left + 1);
    if (this.#ticksWithoutCall > IDLE_AFTER) return this.#given.onIdle();
    if (this.#lease) void this.#runForAll();
    else {
      const wait = this.#claimsNotBefore - elapsed();
      if (wait <= 0) void this.#claim();
      const pause = suspected
        ? CONFIRM_STEP * Math.max(1, this.#given.outcomes.turnAfter(suspected.boot).count)
        : CLAIM_PAUSE * this.#period * (1 + Math.random());
      this.#schedule(Math.max(wait, pause));
    }
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), milliseconds);
    this.#timer.unref();
  }

  async #runForAll(): Promise<void> {
    const before = this.#given.outcomes.of(this.#given.subject.indicator);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // A run by a probe meanwhile must not start a second timer.
    this.#schedule(this.#period);
    await this.#run?.();
    // Disabled, skipped by its condition, or paused because earlier runs hang: another instance may be able to run it.
    if (before === this.#given.outcomes.of(this.#given.subject.indicator)) {
      this.#claimsNotBefore = elapsed() + ABSTAINS * this.#period;
      await this.#releaseAfter(undefined);
    }
    if (!this.#isRetired && this.#timer !== undefined) this.#tick();
  }

  async #claim(): Promise<void> {
    const { store, outcomes, key, instance, subject } = this.#given;
    if (this.#isClaiming || outcomes.isUnavailable) return;
    this.#isClaiming = true;
    try {
      const lease = await store.claim(key, instance, { expiresIn: this.#period });
      if (this.#isRetired) await lease?.release();
      else if (lease) {
        this.#lease = lease;
        outcomes.wake(subject.indicator);
        this.#tick();
      }
    } catch {
      // The store is unavailable. Each instance runs the check itself when the last outcome is too old.
    } finally {
      this.#isClaiming = false;
    }
  }

  async #releaseAfter(written: Promise<void> | undefined, pause = 0): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    await written;
    if (pause > 0) await sleep(pause, this.#retirement.signal);
    await lease?.release();
  }

  async #write(
    { status, message, error, code }: CheckRun['outcome'],
    ranAt: number,
    isConfirmed: boolean,
  ): Promise<void> {
    const { store, key, subject, instance, boot, secret } = this.#given;
    const clock = elapsed();
    const { unacknowledged: acknowledged } = this.#given.outcomes;
    const outcome = { status, message, error, code, isConfirmed };
    const entry = { ...subject, instance, boot, clock, age: clock - ranAt, ...outcome, acknowledged };
    const maxAge = this.#settings?.maxAge ?? 0;
    try {
      await store.put(key, writeOutcome(key, entry, secret), {
        expiresIn: Math.min(LONGEST_LEASE, Math.max(SHORTEST_PERIOD, maxAge)),
      });
    } catch {
      // The others take over, or run the check themselves, when the last outcome is too old.
    }
  }
}
