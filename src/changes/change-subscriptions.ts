import type { LoggerService } from '@nestjs/common';
import type { HealthChange } from '../core/health-engine.js';
import type { ChangeMethod, ChangeMethods } from './change-methods.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { formatRaw } from '../core/raw-error.js';
import type { HealthMonitor } from '../extension/health-monitor.js';

/** Tells the methods annotated with `@OnHealthChange()` of the changes that they are for. */
export class ChangeSubscriptions {
  readonly #found: ChangeMethods;
  readonly #monitor: HealthMonitor;
  readonly #logger: LoggerService;
  readonly #ofIndicators: ChangeMethod[] = [];

  constructor(found: ChangeMethods, monitor: HealthMonitor, logger: LoggerService) {
    this.#found = found;
    this.#monitor = monitor;
    this.#logger = logger;
  }

  /** Takes in the methods that have come since the last time. */
  addModules(): readonly ConfigurationFault[] {
    const { methods, faults } = this.#found.find();
    const known = methods.length > 0 ? new Set(this.#monitor.indicators.map(({ name }) => name)) : undefined;
    for (const method of methods) {
      for (const name of method.indicators ?? []) {
        // It may come with a module that is loaded later, so this is no fault.
        if (!known?.has(name)) this.#logger.warn(`${method.name} waits for changes of "${name}", which does not exist`);
      }
      if (method.indicators?.length !== 0) this.#ofIndicators.push(method);
      for (const probe of method.probes) {
        this.#monitor.onProbeChange(probe, (change) => this.#tell(method, change.to, change));
      }
    }
    return faults;
  }

  indicatorChanged(change: HealthChange): void {
    for (const method of this.#ofIndicators) {
      if (method.indicators?.includes(change.indicator) ?? true) this.#tell(method, change.to, change);
    }
  }

  #tell({ name, to, call }: ChangeMethod, status: string, change: object): void {
    if (to && !to.includes(status)) return;
    const telling = async (): Promise<unknown> => call(change);
    telling().catch((fault: unknown) => this.#logger.error(`${name} failed:\n${formatRaw(fault)}`));
  }
}
