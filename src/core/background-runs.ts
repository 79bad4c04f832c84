import { BackgroundSchedule } from './background-schedule.js';
import type { CheckRunner } from './check-runner.js';
import { elapsed } from './moment.js';

/** The schedules of the indicators that run in the background, from `start()` to `stop()`. */
export class BackgroundRuns {
  readonly #schedules = new Map<CheckRunner, BackgroundSchedule>();
  #state: 'not started' | 'started' | 'stopped' = 'not started';

  /** Starts the schedules of these indicators, and from now on of those that are added. */
  start(runners: Iterable<CheckRunner>): void {
    if (this.#state !== 'not started') return;
    this.#state = 'started';
    for (const runner of runners) this.add(runner);
  }

  /** Ends every schedule. No further one begins. */
  stop(): void {
    this.#state = 'stopped';
    for (const schedule of this.#schedules.values()) schedule.stop();
  }

  get isStopped(): boolean {
    return this.#state === 'stopped';
  }

  /** Does nothing before the start, after the end, and for an indicator that does not run in the background. */
  add(runner: CheckRunner): void {
    this.#begin(runner, runner.definition.settings.initialDelay);
  }

  /** Applies changed settings. A schedule that begins again keeps the interval to the latest run. */
  update(runner: CheckRunner): void {
    const { enabled, interval } = runner.definition.settings;
    if (!enabled || interval === undefined) return this.remove(runner);
    const schedule = this.#schedules.get(runner);
    if (schedule) return schedule.follow(interval);
    const finished = runner.history.latest?.finished.elapsed;
    this.#begin(runner, finished === undefined ? 0 : Math.max(0, finished + interval - elapsed()), finished);
  }

  remove(runner: CheckRunner): void {
    this.#schedules.get(runner)?.stop();
    this.#schedules.delete(runner);
  }

  #begin(runner: CheckRunner, delay: number, ended?: number): void {
    const { enabled, interval } = runner.definition.settings;
    if (this.#state !== 'started' || !enabled || interval === undefined) return;
    const schedule = new BackgroundSchedule(runner, interval);
    this.#schedules.set(runner, schedule);
    schedule.start(delay, ended);
  }
}
