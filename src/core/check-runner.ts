import { attempt, type Attempt, type OnLeftBehind } from './check-attempt.js';
import type { CheckDefinition } from './check.js';
import { CheckHistory, type CheckRun, type StatusChange } from './check-history.js';
import type { CheckWrappers } from './check-wrappers.js';
import type { Limiter } from './limiter.js';
import { type Moment, elapsed, moment } from './moment.js';
import { degradeWhenSlow, passes } from './outcome.js';
import { pause } from './pause.js';
import { StrayRuns } from './stray-runs.js';

/** What a runner tells its owner. */
export interface RunnerEvents {
  /** A run has finished. `change` is there when it moved the status. */
  settled(runner: CheckRunner, run: CheckRun, change: StatusChange | undefined): void;
  /** Something else happened that a report made earlier does not know of. */
  invalidated(): void;
  /** A check made a mistake that is not its outcome, for the first time in this place. It throws nothing. */
  faulted?(runner: CheckRunner, place: string, fault: unknown): void;
}

/** Runs one check: at most once at a time, never longer than its timeout, and remembers what came of it. */
export class CheckRunner {
  readonly history = new CheckHistory();
  readonly #strays: StrayRuns;
  readonly #limiter: Limiter;
  readonly #events: RunnerEvents;
  readonly #wrappers: CheckWrappers | undefined;
  readonly #definition: CheckDefinition;
  #running: Promise<void> | undefined;
  #attempt: Attempt | undefined;
  readonly #faultyPlaces = new Set<string>();
  #stopped = false;
  readonly #stop = new AbortController();

  constructor(definition: CheckDefinition, limiter: Limiter, events: RunnerEvents, wrappers?: CheckWrappers) {
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

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** How many runs went on after their timeout and have not finished. At most three are tracked. */
  get strayRuns(): number {
    return this.#strays.count;
  }

  /** The latest run was left behind and has not finished. */
  get isHanging(): boolean {
    return this.#strays.isHanging;
  }

  /** Until when the check is not asked because earlier runs have not finished, and how many those are. */
  get pause(): { readonly until: Moment; readonly unfinished: number } | undefined {
    const { notBefore, unfinished } = this.#strays;
    return notBefore && notBefore.elapsed > elapsed() ? { until: notBefore, unfinished } : undefined;
  }

  /** Runs on a timer of its own, and never because a probe asks. */
  get isInBackground(): boolean {
    return this.#definition.settings.interval !== undefined;
  }

  /** Until when (monotonic, inclusive) the present state can be reported without asking again. */
  get freshUntil(): number {
    const { enabled, ttl, maxAge } = this.#definition.settings;
    const finished = this.history.latest?.finished.elapsed;
    if (!enabled || this.#stopped) return Infinity;
    if (this.isInBackground) return finished === undefined ? Infinity : finished + maxAge;
    const untilNextTry = this.#nextTry - 1;
    if (finished === undefined) return untilNextTry;
    // Without a ttl not even the instant in which it came.
    const untilDue = ttl === 0 ? untilNextTry : Math.max(finished + ttl, untilNextTry);
    // Beside a run that hangs, the next one is not due for long, but the report must say when the last result is too old.
    const trustedUntil = finished + maxAge;
    return this.#strays.isHanging && elapsed() <= trustedUntil ? Math.min(untilDue, trustedUntil) : untilDue;
  }

  /** Starts a run, or joins the one under way, if the last result is no longer fresh. Undefined: there is nothing to wait for. */
  refresh(now: number): Promise<void> | undefined {
    if (!this.#definition.settings.enabled || this.#stopped || this.isInBackground) return undefined;
    return this.#running ?? (now > this.freshUntil ? this.run() : undefined);
  }

  /** Runs the check now, or joins the run under way. Does nothing while earlier runs hang and the pause between tries lasts. */
  run(): Promise<void> {
    if (this.#running) return this.#running;
    if (this.#stopped || elapsed() < this.#nextTry) return Promise.resolve();
    // In place before the check is called: a check that asks for itself joins its own run.
    let finished: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (finished = resolve));
    this.#running = running;
    void this.#runOnce().then(finished);
    return running;
  }

  /** Aborts what is under way and starts nothing any more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    const reason = new DOMException('the application is shutting down', 'AbortError');
    this.#stop.abort(reason);
    this.#attempt?.abort(reason);
  }

  /** The earliest moment (monotonic) for a run: after the pause beside runs that hang. */
  get #nextTry(): number {
    return this.#strays.notBefore?.elapsed ?? 0;
  }

  async #runOnce(): Promise<void> {
    const run = await this.#tryUntilItPasses();
    this.#running = undefined;
    // A run cut short by the shutdown says nothing about the dependency.
    if (this.#stopped || run === undefined) return this.#events.invalidated();
    this.#events.settled(this, run, this.history.record(run, this.#definition.settings));
  }

  async #tryUntilItPasses(): Promise<CheckRun | undefined> {
    const { retries, retryDelay } = this.#definition.settings;
    for (let tries = 0; ; tries += 1) {
      const run = await this.#limiter.run(() => this.#try(tries));
      if (run === undefined || passes(run.outcome) || tries >= retries) return run;
      await pause(retryDelay, this.#stop.signal);
      // Retrying beside a try that hangs, its time over and its signal aborted, would pile runs up.
      if (this.#strays.isHanging) return run;
    }
  }

  async #try(retry: number): Promise<CheckRun | undefined> {
    if (this.#stopped) return undefined;
    const { timeout, critical, slowThreshold } = this.#definition.settings;
    const wrapped = this.#wrappers?.begin({
      indicator: this.name,
      critical,
      retry,
      isInBackground: this.isInBackground,
    });
    const began = elapsed();
    let isLeftBehind = false;
    const onLeftBehind: OnLeftBehind = (work) => {
      isLeftBehind = true;
      const stray = this.#strays.add(work, timeout);
      return () => this.#strays.remove(stray);
    };
    const current = attempt(this.#definition, {
      onLeftBehind,
      onFault: (place, fault) => this.#reportFault(place, fault),
      call: wrapped?.make,
    });
    this.#attempt = current;
    const outcome = await current.outcome;
    this.#attempt = undefined;
    if (!isLeftBehind) this.#strays.endPause();
    const finished = moment();
    const took = finished.elapsed - began;
    const run = { outcome: degradeWhenSlow(outcome, took - current.stalled, slowThreshold), finished, took };
    // A call cut short by the shutdown says nothing about the dependency.
    wrapped?.finish(this.#stopped ? undefined : run);
    return run;
  }

  /** Once for each place: a check that makes a mistake makes it again with each run. */
  #reportFault(place: string, fault: unknown): void {
    if (this.#faultyPlaces.has(place)) return;
    this.#faultyPlaces.add(place);
    this.#events.faulted?.(this, place, fault);
  }
}
