import type { LoggerService } from '@nestjs/common';
import { flatDetails } from '../core/composite-detail.js';
import type { HealthChange } from '../core/health-change.js';
import type { ChangeMethod, ChangeMethods } from './change-methods.js';
import type { ConfigurationFault } from '../errors/fault.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { logFault } from '../logging/log-fault.js';

/** Calls the methods annotated with `@OnHealthChange()` for the changes that they name. */
export class ChangeSubscriptions {
  readonly #found: ChangeMethods;
  readonly #monitor: HealthMonitor;
  readonly #logger: LoggerService;
  readonly #forIndicators: ChangeMethod[] = [];

  constructor(found: ChangeMethods, monitor: HealthMonitor, logger: LoggerService) {
    this.#found = found;
    this.#monitor = monitor;
    this.#logger = logger;
  }

  /** Subscribes the methods of modules that were loaded since the last call. Returns their configuration faults. */
  addModules(): readonly ConfigurationFault[] {
    const { methods, faults } = this.#found.find();
    const known = new Map(flatDetails(this.#monitor.peek('deep').details));
    for (const method of methods) {
      for (const name of method.indicators ?? []) {
        // Not a configuration fault, because a module that is loaded later may register the indicator.
        if (!known.has(name))
          this.#logger.warn(`@OnHealthChange() of ${method.name} names "${name}", which does not exist`);
      }
      if (method.indicators?.length !== 0) this.#forIndicators.push(method);
      for (const probe of method.probes) {
        this.#monitor.onProbeChange(probe, (change) => this.#call(method, change.to, change));
      }
    }
    return faults;
  }

  notify(change: HealthChange): void {
    for (const method of this.#forIndicators) {
      if (method.indicators?.includes(change.indicator) ?? true) this.#call(method, change.to, change);
    }
  }

  #call({ name, to, call }: ChangeMethod, status: string, change: object): void {
    if (to && !to.includes(status)) return;
    const attempt = async (): Promise<unknown> => call(change);
    attempt().catch((fault: unknown) => logFault(this.#logger, name, fault));
  }
}
