import type { LoggerService } from '@nestjs/common';
import type { ChangeSubscriptions } from './changes/change-subscriptions.js';
import type { CheckDefinition } from './core/check.js';
import type { HealthEngine } from './core/health-engine.js';
import type { IndicatorExplorer } from './discovery/indicator-explorer.js';
import { HealthConfigurationError, isHealthConfigurationError } from './errors/configuration.error.js';
import type { ConfigurationFault } from './errors/fault.js';

export interface RegistrationParts {
  readonly explorer: IndicatorExplorer;
  readonly engine: HealthEngine;
  readonly subscriptions: ChangeSubscriptions;
  readonly logger: Pick<LoggerService, 'error'>;
}

/** Registers the indicators and the `@OnHealthChange()` methods of the application's modules. */
export class Registration {
  readonly #explorer: IndicatorExplorer;
  readonly #engine: HealthEngine;
  readonly #subscriptions: ChangeSubscriptions;
  readonly #logger: RegistrationParts['logger'];

  constructor({ explorer, engine, subscriptions, logger }: RegistrationParts) {
    this.#explorer = explorer;
    this.#engine = engine;
    this.#subscriptions = subscriptions;
    this.#logger = logger;
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
    return definitions;
  }

  /**
   * Registers the modules that were loaded since the last call. Their configuration faults are logged, and their faulty
   * indicators left out: a running application cannot refuse to start.
   */
  addModules(): void {
    if (!this.#explorer.hasNewModules) return;
    const { definitions, faults } = this.#explorer.explore();
    for (const definition of definitions) this.#engine.add(definition);
    const all = [...faults, ...this.#subscriptions.addModules()];
    if (all.length > 0) this.#logger.error(new HealthConfigurationError(all).message);
  }
}

/** Runs all preparations together, so that the error names everything that is missing. */
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
