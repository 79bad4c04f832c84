import type { LoggerService } from '@nestjs/common';
import type { HealthMonitor } from '../../extension/health-monitor.js';
import type { Stall } from './stall.js';

/** Receives ended stalls on the main thread: logs them and passes them to `HealthMonitor` for metrics, the page and alerts. */
export class StallReceiver {
  readonly #logger: Pick<LoggerService, 'warn'>;
  readonly #monitor: Pick<HealthMonitor, 'recordStall'>;

  constructor(monitor: Pick<HealthMonitor, 'recordStall'>, logger: Pick<LoggerService, 'warn'>) {
    this.#logger = logger;
    this.#monitor = monitor;
  }

  /** Receives a stall that has ended. */
  receive({ failsLive: _failsLive, ...stall }: Stall): void {
    this.#logger.warn(`${stall.description}; it is no longer blocked`);
    this.#monitor.recordStall(stall);
  }
}
