import type { LoggerService } from '@nestjs/common';
import { indicatorList } from './boot-notices.js';
import type { ChangeSubscriptions } from './changes/change-subscriptions.js';
import type { CheckDefinition } from './core/check.js';
import type { HealthEngine } from './core/health-engine.js';
import type { Exploration, IndicatorExplorer } from './discovery/indicator-explorer.js';
import { HealthConfigurationError, describeFaults, isHealthConfigurationError } from './errors/configuration.error.js';
import type { ConfigurationFault } from './errors/fault.js';
import { indicatorsTooMany } from './errors/messages.js';
import { logFault } from './logging/log-fault.js';
import { Faults } from './options/faults.js';
import type { HealthIndicatorOptions } from './options/indicator-options.js';
import { callable, show } from './options/rules.js';
import type { Overrides } from './overrides/overrides.js';

/** An indicator that was registered while the application runs. It is removed at the end of a block with `using`. */
export interface IndicatorHandle extends Disposable {
  readonly name: string;
  /** Removes the indicator from every report and aborts its run. Further calls have no effect. */
  remove(): void;
}

/** Each indicator costs memory, and time in each report: a greater number is most likely a leak. */
const MOST_INDICATORS = 10_000;

export interface RegistrationParts {
  readonly explorer: IndicatorExplorer;
  readonly engine: HealthEngine;
  readonly overrides: Pick<Overrides, 'clear'>;
  readonly subscriptions: ChangeSubscriptions;
  readonly logger: Pick<LoggerService, 'log' | 'error'>;
  /** Whether indicators that are found are listed in the log. */
  readonly logging: boolean;
}

/** Subject of the error for faults found after the start. */
const LATE_SUBJECT = 'The health configuration of a lazily loaded module';

/** Registers the indicators and the `@OnHealthChange()` methods of the application's modules. */
export class Registration {
  readonly #explorer: IndicatorExplorer;
  readonly #engine: HealthEngine;
  readonly #overrides: RegistrationParts['overrides'];
  readonly #subscriptions: ChangeSubscriptions;
  readonly #logger: RegistrationParts['logger'];
  readonly #logging: boolean;
  #hasBegun = false;

  constructor({ explorer, engine, overrides, subscriptions, logger, logging }: RegistrationParts) {
    this.#explorer = explorer;
    this.#engine = engine;
    this.#overrides = overrides;
    this.#subscriptions = subscriptions;
    this.#logger = logger;
    this.#logging = logging;
    engine.onChange((change) => {
      // A module that was loaded since the last evaluation may have a method for this change.
      this.addModules();
      subscriptions.notify(change);
    });
  }

  /**
   * Registers everything that exists when the application starts. Throws one error with every configuration fault,
   * `earlier` first.
   */
  async registerAll(earlier: readonly ConfigurationFault[]): Promise<readonly CheckDefinition[]> {
    this.#hasBegun = true;
    const { definitions, faults, preparations } = this.#explorer.explore();
    // Before the preparations: a breaker indicator looks up the names of the other indicators. No check runs yet.
    for (const definition of definitions) this.#engine.add(definition);
    const all = [
      ...earlier,
      ...faults,
      ...this.#explorer.checkReferences(),
      ...(await prepareAll(preparations)),
      ...this.#subscriptions.addModules(),
    ];
    if (all.length > 0) throw new HealthConfigurationError(all);
    this.#list('', definitions);
    // With those that constructors have registered.
    return [...this.#engine.runners].map(({ definition }) => definition);
  }

  /**
   * Registers the modules that were loaded since the last call. Their configuration faults are logged, and their faulty
   * indicators are left out, because the application runs already. An indicator without its client stays, and is DOWN.
   * Does nothing before `registerAll()`: constructors still run, and faults that are found now would not stop the start.
   */
  addModules(): void {
    if (!this.#hasBegun || !this.#explorer.hasNewModules) return;
    const { definitions, faults, preparations } = this.#explorer.explore();
    for (const definition of definitions) this.#engine.add(definition);
    this.#list('Lazily loaded: ', definitions);
    this.#report([...faults, ...this.#subscriptions.addModules()], 'so the faulty parts are ignored');
    if (preparations.length > 0) void this.#prepare(preparations);
  }

  /** Registers an indicator of a running application. Throws one error with every fault. */
  register(name: string, check: CheckDefinition['check'], options?: HealthIndicatorOptions): IndicatorHandle {
    this.addModules();
    const faults = new Faults();
    const at = faults.at(`HealthService.register(${show(name)})`);
    if (!callable.accepts(check)) at.option('check').outOfRange(check, callable);
    if (this.#engine.size >= MOST_INDICATORS) at.add(indicatorsTooMany(at.place, MOST_INDICATORS));
    const definition = this.#explorer.define(name, check, options, at);
    faults.throwIfAny(`The indicator ${show(name)}`, 'so it is not registered');
    if (definition) this.#engine.add(definition);
    let isRegistered = true;
    const remove = (): void => {
      if (!isRegistered) return;
      isRegistered = false;
      this.#explorer.forget(name);
      this.#overrides.clear(name);
      this.#engine.remove(name);
    };
    return { name, remove, [Symbol.dispose]: remove };
  }

  /** Not awaited: a probe that finds a new module does not wait for the packages that its indicators load. */
  async #prepare(preparations: Exploration['preparations']): Promise<void> {
    try {
      this.#report(await prepareAll(preparations), 'so its indicator is DOWN');
    } catch (error) {
      logFault(this.#logger, 'The preparation of an indicator', error);
    }
  }

  #report(faults: readonly ConfigurationFault[], consequence: string): void {
    if (faults.length > 0) this.#logger.error(describeFaults(LATE_SUBJECT, faults, consequence));
  }

  #list(prefix: string, definitions: readonly CheckDefinition[]): void {
    if (!this.#logging || definitions.length === 0) return;
    this.#logger.log(prefix + indicatorList(definitions.map(({ name }) => name)));
  }
}

/** Runs all preparations, so that the error names all missing clients and packages. */
async function prepareAll(preparations: readonly (() => Promise<void>)[]): Promise<ConfigurationFault[]> {
  const faults: ConfigurationFault[] = [];
  const outcomes = await Promise.allSettled(preparations.map(async (prepare) => prepare()));
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    if (!isHealthConfigurationError(outcome.reason)) throw outcome.reason;
    faults.push(...outcome.reason.faults);
  }
  return faults;
}
