import type { LoggerService } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { HealthCheckContext, HealthCheckReturn } from './core/check.js';
import type { HealthChange } from './core/health-change.js';
import type { HealthEngine } from './core/health-engine.js';
import type { HealthCheckDetail, HealthReport } from './core/report.js';
import { UnknownProbeError } from './errors/unknown-probe.error.js';
import { sleep } from './core/async.js';
import { boundedText, onOneLine } from './core/bounded-text.js';
import { GuardedObservable } from './guarded-observable.js';
import type { AnnouncedWork, WorkHandle } from './lifecycle/announced-work.js';
import type { ApplicationState } from './lifecycle/application-state.js';
import type { ApplicationPhase } from './extension/health-monitor.js';
import type { HealthControl } from './extension/health-control.js';
import type { HealthOverride, HealthRefusal, OverrideTerms } from './extension/health-override.js';
import { formatRaw } from './core/raw-error.js';
import { logFault } from './logging/log-fault.js';
import type { Duration } from './options/duration.js';
import { Faults } from './options/faults.js';
import type { HealthIndicatorOptions } from './options/indicator-options.js';
import { OptionReader } from './options/option-reader.js';
import { duration } from './options/rules.js';
import type { RuntimeIndicatorOptions } from './options/runtime-options.js';
import type { Overrides } from './overrides/overrides.js';
import type { TimedRefusals } from './overrides/timed-refusals.js';
import type { IndicatorHandle, Registration } from './registration.js';

interface HealthServiceParts {
  readonly engine: HealthEngine;
  readonly state: ApplicationState;
  readonly registration: Registration;
  readonly overrides: Overrides;
  readonly timedRefusals: TimedRefusals;
  readonly work: AnnouncedWork;
  readonly logger: LoggerService;
}

export interface DelayReadinessOptions {
  /** Time after which a failed task runs again, until it succeeds: milliseconds, or a text such as '5s'. Default: a failure is final. */
  readonly retry?: Duration;
}

/** Injected by the application: reads its health, subscribes to changes, and accepts or refuses traffic. */
export class HealthService implements HealthControl {
  /**
   * Every change of the status of an indicator or a composite. A first result that is not failing is not a change. An error thrown by a
   * subscriber is logged and has no other effect.
   */
  readonly changes$: Observable<HealthChange>;

  readonly #engine: HealthEngine;
  readonly #state: ApplicationState;
  readonly #registration: Registration;
  readonly #overrides: Overrides;
  readonly #timedRefusals: TimedRefusals;
  readonly #work: AnnouncedWork;
  readonly #logger: LoggerService;

  constructor({ engine, state, registration, overrides, timedRefusals, work, logger }: HealthServiceParts) {
    this.#engine = engine;
    this.#state = state;
    this.#registration = registration;
    this.#overrides = overrides;
    this.#timedRefusals = timedRefusals;
    this.#work = work;
    this.#logger = logger;
    this.changes$ = new GuardedObservable<HealthChange>(
      (subscriber) => engine.onChange((change) => subscriber.next(change)),
      (fault) => logFault(logger, 'A subscriber of changes$', fault),
    );
  }

  /** The phase of the application: `starting`, `accepting`, `refusing` or `draining`. */
  get state(): ApplicationPhase {
    return this.#state.phase;
  }

  /**
   * Evaluates a probe (`live`, `ready`, `startup`, `deep`) or a group by the same rules and from the same results as the
   * endpoint, and returns the full report, frozen. Rejects with `UnknownProbeError` for any other name, before a check
   * runs. For the name of an indicator use `check()`.
   */
  async report(probe: string): Promise<HealthReport> {
    this.#registration.addModules();
    this.#engine.requireProbe(probe);
    const { report } = await this.#engine.evaluate(probe);
    return report;
  }

  /**
   * Returns the result of one indicator, which runs unless its result is fresh, or of one composite with all its parts.
   * Rejects with `UnknownProbeError` for any other name, before a check runs. For the name of a probe or a group use `report()`.
   */
  async check(name: string): Promise<HealthCheckDetail> {
    this.#registration.addModules();
    if (!this.#engine.isComposite(name)) this.#engine.requireIndicator(name);
    const { report } = await this.#engine.evaluate(name);
    return this.#detailOf(name, report);
  }

  /**
   * Registers an indicator while the application runs, for example for the database of a tenant or for a connection that is
   * made later. It is checked, reported and drained like the others. Keep the returned handle: `remove()`, or the end of a
   * block with `using`, removes the indicator and aborts its run.
   *
   * Throws one `HealthConfigurationError` with every fault: an option, a name that is taken or cannot be part of a URL, or
   * more than 10,000 indicators.
   *
   * @example
   * const handle = health.register(`tenant-${id}`, ({ signal }) => pool.ping({ signal }), { tags: ['tenants'] });
   */
  register(
    name: string,
    check: (context: HealthCheckContext) => HealthCheckReturn,
    options?: HealthIndicatorOptions,
  ): IndicatorHandle {
    return this.#registration.register(name, check, options);
  }

  /**
   * Runs an indicator, or all parts of a composite, now, or joins their runs, however fresh the results are, and returns the
   * new result. Rejects with `UnknownProbeError` for any other name.
   */
  async runNow(name: string): Promise<HealthCheckDetail> {
    this.#registration.addModules();
    await this.#engine.runNow(name);
    return this.#detailOf(name, this.#engine.peek(name).report);
  }

  /** The options that are overridden at present, in the order in which the overrides began. */
  get overrides(): readonly HealthOverride[] {
    return this.#overrides.list;
  }

  /**
   * Changes options of an indicator for a time, in place of an earlier override: disables it, or sets its timeout, its
   * interval, its thresholds and so on. It applies to the next report, all options at once; a run under way ends by the
   * options that it began with. The override ends at the given time, or when the process ends. Reports, the log, metrics
   * and alerts show it.
   *
   * `live` cannot be made to fail: an indicator cannot be added to it. One that code and environment put into `live` can be
   * disabled, made non-critical or removed from `live`, its `shared` and `tags` can change, and configured values can be
   * restored. Other changes of it are refused.
   *
   * Throws `UnknownProbeError` if there is no indicator of that name, and one `HealthConfigurationError` with every fault;
   * nothing has changed then.
   *
   * @example
   * health.override('payments', { enabled: false }, { reason: 'vendor maintenance', expiresIn: '30m', by: 'alice' });
   */
  override(name: string, options: RuntimeIndicatorOptions, terms: OverrideTerms): HealthOverride {
    this.#registration.addModules();
    return this.#overrides.set(name, options, terms);
  }

  /** Ends an override before its time. `by`: the author of this change, for the log. Returns whether there was one. */
  clear(name: string, by?: string): boolean {
    return this.#overrides.clear(name, by);
  }

  /** The active refusals of traffic, oldest first. */
  get refusals(): readonly HealthRefusal[] {
    return this.#state.refusals;
  }

  /**
   * Makes `ready` respond with 503 `OUT_OF_SERVICE` and this reason, for example during maintenance or while a worker is
   * full. `live` does not change. Callers see the reason. Several refusals can be active: traffic is accepted again when
   * each has been withdrawn, by `acceptTraffic` or by the returned function.
   *
   * With `expiresIn` (at most 24 hours) the refusal also ends at that time. `by` is the author of the refusal, for the log.
   * The returned function takes the name of the caller that withdraws the refusal. Throws one `HealthConfigurationError` with
   * every fault of these terms; nothing has changed then.
   *
   * @example
   * const accept = health.refuseTraffic('vendor maintenance', { expiresIn: '30m', by: 'alice' });
   */
  refuseTraffic(reason: string, terms?: Omit<OverrideTerms, 'reason'>): (by?: string) => void {
    if (terms) return this.#timedRefusals.begin({ ...terms, reason });
    this.#logger.warn(`Refusing traffic: ${onOneLine(boundedText(reason))}`);
    const withdraw = this.#state.refuseTraffic(reason);
    return () => {
      if (withdraw()) this.#logAcceptance();
    };
  }

  /**
   * Withdraws the latest refusal of the application itself, or the latest one with the given reason. Without a reason, a
   * refusal that has an author (`by`), such as the maintenance that an operator began, stays.
   */
  acceptTraffic(reason?: string): void {
    if (this.#state.acceptTraffic(reason)) this.#logAcceptance();
  }

  /**
   * Ends one of `refusals` for an operator. `by` is the name of that operator, for the log. Returns whether it has ended. A
   * refusal without an author stays: it belongs to the application, which withdraws it itself.
   */
  endRefusal(refusal: HealthRefusal, by?: string): boolean {
    return refusal.by !== undefined && this.#timedRefusals.end(refusal, by);
  }

  /**
   * Holds `ready` at 503 until the task is done, for example until a cache is warm. If the task fails, the application
   * stays out of service and the report names the task, unless `retry` is set; to be retried, a task must be a function.
   * The returned promise resolves to false when the task has failed finally, or when the application shuts down before a
   * retry. It rejects only for an invalid `retry`, with a `HealthConfigurationError`, before the task runs.
   */
  async delayReadiness(
    name: string,
    task: PromiseLike<unknown> | (() => PromiseLike<unknown>),
    options: DelayReadinessOptions = {},
  ): Promise<boolean> {
    const faults = new Faults();
    const at = faults.at('delayReadiness()');
    const { retry } = new OptionReader(at, options).readAll({ retry: duration(0) });
    faults.throwIfAny('A delay of readiness', 'so the task does not run');
    for (;;) {
      const promise = typeof task === 'function' ? startTask(task) : task;
      const failed = await this.#state.delayReadiness(name, promise);
      if (!failed) return true;
      const isFinal = retry === undefined || typeof task !== 'function';
      this.#logger.error(
        `${name} failed, ${isFinal ? 'so the application does not become ready' : `next attempt in ${retry} ms`}:\n${formatRaw(failed.cause)}`,
      );
      if (isFinal) return false;
      await sleep(retry, this.#state.draining);
      if (this.#state.phase === 'draining') return false;
    }
  }

  /**
   * Delays the shutdown until a piece of work is finished, up to the `timeout` of `shutdown`. Pass the promise of the work,
   * or keep the returned handle while the work lasts (`using job = health.delayShutdown('report')`).
   */
  delayShutdown(name: string): WorkHandle;
  delayShutdown<T>(name: string, promise: PromiseLike<T>): Promise<T>;
  delayShutdown<T>(name: string, promise?: PromiseLike<T>): WorkHandle | Promise<T> {
    const handle = this.#work.begin(name);
    return promise ? Promise.resolve(promise).finally(() => handle.done()) : handle;
  }

  /** Throws `UnknownProbeError` if the indicator was removed meanwhile. */
  #detailOf(name: string, { details }: HealthReport): HealthCheckDetail {
    const detail = details[name];
    if (!detail) throw new UnknownProbeError(name, this.#engine.indicators);
    return detail;
  }

  #logAcceptance(): void {
    if (this.#state.phase === 'accepting') this.#logger.log('Accepting traffic again');
  }
}

/** Turns a synchronous throw of the task into a rejection. */
async function startTask(task: () => PromiseLike<unknown>): Promise<unknown> {
  return task();
}
