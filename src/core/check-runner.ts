import { sleep } from './async.js';
import { attempt, type Attempt, type OnUnfinished } from './check-attempt.js';
import type { CheckDefinition, CheckSettings, ShownOverride } from './check.js';
import { CheckHistory, type CheckRun, type StatusChange } from './check-history.js';
import type { CheckWrappers } from './check-wrappers.js';
import type { PartOf } from './composite.js';
import type { Limiter } from './limiter.js';
import { type Moment, elapsed, moment, momentOf } from './moment.js';
import { degradeWhenSlow, passes } from './outcome.js';
import type { ReportedSourceOptions } from './reported-source.js';
import { StrayRuns } from './stray-runs.js';

/** Events of a runner. */
export interface RunnerEvents {
  /** A run has finished. `change` is set when the run has changed the status. `wasResumed`: it is the first since the indicator was enabled. */
  settled(runner: CheckRunner, run: CheckRun, change: StatusChange | undefined, wasResumed: boolean): void;
  /** Something else has happened that makes earlier reports obsolete. */
  invalidated(): void;
  /** An error of the check that is not its outcome has happened, for the first time in this place. The listener throws nothing. */
  faulted?(runner: CheckRunner, place: string, fault: unknown): void;
}

/** Runs one check, at most once at a time and never longer than its timeout, and records the outcomes. */
export class CheckRunner {
  readonly history = new CheckHistory();
  /** The options that an operator has changed for a time. */
  override: ShownOverride | undefined;
  /** The options that come from sources outside the process. */
  source: ReportedSourceOptions | undefined;
  /** The composite of the indicator. Undefined: the indicator is not a part. */
  readonly partOf: PartOf | undefined;
  readonly #strays: StrayRuns;
  readonly #limiter: Limiter;
  readonly #events: RunnerEvents;
  readonly #wrappers: CheckWrappers | undefined;
  readonly #added: CheckDefinition;
  /** The added definition, with the current settings. */
  #definition: CheckDefinition;
  /** The indicator was enabled again and has not run since, so its last result may be out of date. */
  #isResumed = false;
  #running: Promise<void> | undefined;
  #attempt: Attempt | undefined;
  /** Milliseconds that the attempt has waited for an outcome of another instance before it called the check. */
  #waited = 0;
  readonly #faultyPlaces = new Set<string>();
  #stopped = false;
  readonly #stop = new AbortController();

  constructor(
    definition: CheckDefinition,
    limiter: Limiter,
    events: RunnerEvents,
    wrappers?: CheckWrappers,
    partOf?: PartOf,
  ) {
    this.partOf = partOf;
    this.#added = definition;
    this.#definition = definition;
    this.#limiter = limiter;
    this.#events = events;
    this.#wrappers = wrappers;
    this.#strays = new StrayRuns(() => this.#events.invalidated());
  }

  get name(): string {
    return this.#definition.name;
  }

  get definition(): CheckDefinition {
    return this.#definition;
  }

  /** Whether a failure of this indicator alone can make a report fail. */
  get isCritical(): boolean {
    const { critical } = this.#definition.settings;
    if (this.partOf === undefined) return critical;
    const { settings } = this.partOf;
    return critical && settings.critical && settings.atLeast === undefined;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Whether a report needs no run: the indicator is disabled, or it has a result since it was last enabled. */
  get hasResult(): boolean {
    return !this.#definition.settings.enabled || (this.history.latest !== undefined && !this.#isResumed);
  }

  /** How many runs have passed their timeout and have not finished. At most three are tracked. */
  get strayRuns(): number {
    return this.#strays.count;
  }

  /** The latest run has passed its timeout and has not finished. */
  get isHanging(): boolean {
    return this.#strays.isHanging;
  }

  /** Until when no run starts because earlier runs have not finished, and how many runs those are. */
  get pause(): { readonly until: Moment; readonly unfinished: number } | undefined {
    const { notBefore, unfinished } = this.#strays;
    return notBefore && notBefore.elapsed > elapsed() ? { until: notBefore, unfinished } : undefined;
  }

  /** The check runs on its own timer, and never on request. */
  get isInBackground(): boolean {
    return this.#definition.settings.interval !== undefined;
  }

  /** Until when (monotonic, inclusive) the latest result can be reported without a new run. */
  get freshUntil(): number {
    const { enabled, ttl, maxAge } = this.#definition.settings;
    const finished = this.history.latest?.finished.elapsed;
    if (!enabled || this.#stopped) return Infinity;
    if (this.isInBackground) return finished === undefined ? Infinity : finished + maxAge;
    const untilNextRun = this.#earliestNextRun - 1;
    if (finished === undefined) return untilNextRun;
    // Without a ttl, the result is not even reused in the millisecond of its arrival.
    const untilDue = ttl === 0 ? untilNextRun : Math.max(finished + ttl, untilNextRun);
    // While a run hangs, the next run may be much later, but the report must change when the last result becomes too old.
    const trustedUntil = finished + maxAge;
    return this.#strays.isHanging && elapsed() <= trustedUntil ? Math.min(untilDue, trustedUntil) : untilDue;
  }

  /** Starts or joins a run if the last result is no longer fresh. Undefined: there is no run to wait for. */
  refresh(now: number): Promise<void> | undefined {
    if (!this.#definition.settings.enabled || this.#stopped) return undefined;
    if (this.isInBackground) return this.#isResumed ? this.#running : undefined;
    return this.#running ?? (now > this.freshUntil ? this.run() : undefined);
  }

  /** Starts or joins a run. Does nothing during the pause that follows a run that hangs. */
  run(): Promise<void> {
    if (this.#running) return this.#running;
    if (this.#stopped || elapsed() < this.#earliestNextRun) return Promise.resolve();
    // Set before the check is called, so that a check that requests its own probe joins this run.
    let finished: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (finished = resolve));
    this.#running = running;
    void this.#runOnce().then(finished);
    return running;
  }

  /** Replaces the settings, all at once. A run under way ends by the settings that it began with. */
  configure(settings: CheckSettings, override?: ShownOverride): void {
    this.override = override;
    if (settings.enabled && !this.#definition.settings.enabled) this.#isResumed = true;
    this.#definition = { name: this.name, settings, check: (context) => this.#added.check(context) };
  }

  /** The attempt under way has waited this long (milliseconds) before it calls the check. This time does not count as slow. */
  recordWait(milliseconds: number): void {
    this.#waited = milliseconds;
  }

  /** Aborts the run under way. No further run starts. */
  stop(because = 'the application is shutting down'): void {
    if (this.#stopped) return;
    this.#stopped = true;
    const reason = new DOMException(because, 'AbortError');
    this.#stop.abort(reason);
    this.#attempt?.abort(reason);
  }

  /** The earliest moment (monotonic) for the next run: the end of the pause that follows a run that hangs. */
  get #earliestNextRun(): number {
    return this.#strays.notBefore?.elapsed ?? 0;
  }

  async #runOnce(): Promise<void> {
    const definition = this.#definition;
    const run = await this.#attemptUntilPass(definition);
    this.#running = undefined;
    // A run that the shutdown has aborted says nothing about the dependency.
    if (this.#stopped || run === undefined) return this.#events.invalidated();
    // An outcome of another instance that is not newer must not count twice.
    if (run.outcome.ranAt !== undefined && run.outcome.ranAt <= (this.history.latest?.finished.elapsed ?? -Infinity)) {
      return this.#events.invalidated();
    }
    const wasResumed = this.#isResumed;
    this.#isResumed = false;
    this.#events.settled(this, run, this.history.record(run, definition.settings), wasResumed);
  }

  async #attemptUntilPass(definition: CheckDefinition): Promise<CheckRun | undefined> {
    const { retries, retryDelay } = definition.settings;
    for (let retry = 0; ; retry += 1) {
      const run = await this.#limiter.run(() => this.#attemptOnce(definition, retry));
      if (run === undefined || passes(run.outcome) || retry >= retries) return run;
      // The other instance has made its retries.
      if (run.outcome.ranAt !== undefined) return run;
      await sleep(retryDelay, this.#stop.signal);
      // An attempt that hangs ignores its signal. A retry would accumulate unfinished attempts.
      if (this.#strays.isHanging) return run;
    }
  }

  async #attemptOnce(definition: CheckDefinition, retry: number): Promise<CheckRun | undefined> {
    if (this.#stopped) return undefined;
    const { timeout, slowThreshold, interval } = definition.settings;
    const wrapped = this.#wrappers?.begin({
      indicator: this.name,
      critical: this.isCritical,
      retry,
      isInBackground: interval !== undefined,
    });
    this.#waited = 0;
    const began = elapsed();
    let isLeftBehind = false;
    const onUnfinished: OnUnfinished = (work) => {
      isLeftBehind = true;
      const stray = this.#strays.add(work, timeout);
      return () => this.#strays.remove(stray);
    };
    const current = attempt(definition, {
      onUnfinished,
      onFault: (place, fault) => this.#reportFault(place, fault),
      call: wrapped?.make,
    });
    this.#attempt = current;
    // The synchronous part of the check may have stopped this runner.
    if (this.#stopped) current.abort(this.#stop.signal.reason);
    const outcome = await current.outcome;
    this.#attempt = undefined;
    if (!isLeftBehind) this.#strays.endPause();
    const now = moment();
    const took = now.elapsed - began - this.#waited;
    const finished = outcome.ranAt === undefined ? now : momentOf(outcome.ranAt, now);
    const run = { outcome: degradeWhenSlow(outcome, took - current.stalled, slowThreshold), finished, took };
    // An attempt that the shutdown has aborted says nothing about the dependency.
    wrapped?.finish(this.#stopped ? undefined : run);
    return run;
  }

  /** Reports each place once, because such an error repeats with each run. */
  #reportFault(place: string, fault: unknown): void {
    if (this.#faultyPlaces.has(place)) return;
    this.#faultyPlaces.add(place);
    this.#events.faulted?.(this, place, fault);
  }
}
