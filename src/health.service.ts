import type { LoggerService } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { HealthChange, HealthEngine } from './core/health-engine.js';
import type { HealthCheckDetail, HealthReport } from './core/report.js';
import { UnknownProbeError } from './errors/unknown-probe.error.js';
import { pause } from './core/pause.js';
import { boundedText, onOneLine } from './core/bounded-text.js';
import { GuardedObservable } from './guarded-observable.js';
import type { AnnouncedWork, WorkHandle } from './lifecycle/announced-work.js';
import type { ApplicationState } from './lifecycle/application-state.js';
import type { ApplicationPhase } from './extension/health-monitor.js';
import { formatRaw } from './core/raw-error.js';
import { logFault } from './logging/log-fault.js';
import type { Registration } from './registration.js';

interface HealthServiceParts {
  readonly engine: HealthEngine;
  readonly state: ApplicationState;
  readonly registration: Registration;
  readonly work: AnnouncedWork;
  readonly logger: LoggerService;
}

export interface DelayReadinessOptions {
  /** Milliseconds after which a failed task is tried again, as often as it takes. Default: it is not, its failure is final. */
  readonly retry?: number;
}

/** What an application injects to ask for its own health, to follow it, and to open and close itself for traffic. */
export class HealthService {
  /**
   * Every change of an indicator's status. A first result that is fine is no change. What a subscriber throws is
   * logged, and harms nobody.
   */
  readonly changes$: Observable<HealthChange>;

  readonly #engine: HealthEngine;
  readonly #state: ApplicationState;
  readonly #registration: Registration;
  readonly #work: AnnouncedWork;
  readonly #logger: LoggerService;

  constructor({ engine, state, registration, work, logger }: HealthServiceParts) {
    this.#engine = engine;
    this.#state = state;
    this.#registration = registration;
    this.#work = work;
    this.#logger = logger;
    this.changes$ = new GuardedObservable<HealthChange>(
      (subscriber) => engine.onChange((change) => subscriber.next(change)),
      (fault) => logFault(logger, 'A subscriber of changes$', fault),
    );
  }

  /** Where the application is in its life: `starting`, `accepting`, `refusing` or `draining`. */
  get state(): ApplicationPhase {
    return this.#state.phase;
  }

  /**
   * Answers a probe (`live`, `ready`, `startup`, `deep`) or a group, by the same rules and from the same results as the
   * endpoint, in full. The report is frozen. Rejects with `UnknownProbeError` for any other name, also for that of an
   * indicator: `check()` is for those. Then nothing has run.
   */
  async report(probe: string): Promise<HealthReport> {
    this.#registration.addModules();
    this.#engine.requireProbe(probe);
    const { report } = await this.#engine.evaluate(probe);
    return report;
  }

  /**
   * Runs one indicator, or takes its result if that is fresh. Rejects with `UnknownProbeError` if there is no indicator of
   * that name, also for the name of a probe or a group: `report()` is for those. Then nothing has run.
   */
  async check(name: string): Promise<HealthCheckDetail> {
    this.#registration.addModules();
    this.#engine.requireIndicator(name);
    const { report } = await this.#engine.evaluate(name);
    const detail = report.details[name];
    if (!detail) throw new UnknownProbeError(name, this.#engine.indicators);
    return detail;
  }

  /**
   * Makes `ready` answer 503 `OUT_OF_SERVICE` with this reason, while `live` stays as it is: for maintenance, for a
   * worker that is full. The reason is shown to callers. Refusals add up: traffic is accepted again when each was taken
   * back, by `acceptTraffic` or by the function that is returned.
   */
  refuseTraffic(reason: string): () => void {
    this.#logger.warn(`Refusing traffic: ${onOneLine(boundedText(reason))}`);
    const takeBack = this.#state.refuseTraffic(reason);
    return () => {
      if (takeBack()) this.#logAcceptance();
    };
  }

  /** Takes back the latest refusal, or the latest with the given reason. */
  acceptTraffic(reason?: string): void {
    if (this.#state.acceptTraffic(reason)) this.#logAcceptance();
  }

  /**
   * Holds `ready` at 503 until the task is done: a cache to warm up, a file to load. If it fails, the application stays
   * out of service and the report names what failed, unless `retry` is given; a task that can be tried again has to be a
   * function. The returned promise never rejects: it is false when the task has failed for good, or was given up because
   * the application shuts down.
   */
  async delayReadiness(
    name: string,
    task: PromiseLike<unknown> | (() => PromiseLike<unknown>),
    { retry }: DelayReadinessOptions = {},
  ): Promise<boolean> {
    for (;;) {
      const promise = typeof task === 'function' ? startTask(task) : task;
      const failed = await this.#state.delayReadiness(name, promise);
      if (!failed) return true;
      const isFinal = retry === undefined || typeof task !== 'function';
      this.#logger.error(
        `${name} failed, ${isFinal ? 'so the application does not become ready' : `next try in ${retry} ms`}:\n${formatRaw(failed.cause)}`,
      );
      if (isFinal) return false;
      await pause(retry, this.#state.draining);
      if (this.#state.phase === 'draining') return false;
    }
  }

  /**
   * Holds the shutdown until a piece of work is finished, up to the `timeout` of `shutdown`. Either hand over its promise,
   * or hold the returned handle as long as the work lasts (`using job = health.delayShutdown('report')`).
   */
  delayShutdown(name: string): WorkHandle;
  delayShutdown<T>(name: string, promise: PromiseLike<T>): Promise<T>;
  delayShutdown<T>(name: string, promise?: PromiseLike<T>): WorkHandle | Promise<T> {
    const handle = this.#work.begin(name);
    return promise ? Promise.resolve(promise).finally(() => handle.done()) : handle;
  }

  #logAcceptance(): void {
    if (this.#state.phase === 'accepting') this.#logger.log('Accepting traffic again');
  }
}

/** A task that throws before it returns its promise has failed like any other. */
async function startTask(task: () => PromiseLike<unknown>): Promise<unknown> {
  return task();
}
