import type { LoggerService } from '@nestjs/common';
import type { EventLoopStall } from '../../extension/event-loop-stall.js';
import type { HealthMonitor } from '../../extension/health-monitor.js';
import type { Stall } from './stall.js';

/** Takes ended stalls on the main thread: logs them and passes them to `HealthMonitor` for metrics, the page and alerts. */
export class StallReceiver {
  readonly #logger: Pick<LoggerService, 'warn'>;
  readonly #record: (stall: EventLoopStall) => void;

  constructor(monitor: Pick<HealthMonitor, 'watchEventLoop'>, logger: Pick<LoggerService, 'warn'>) {
    this.#logger = logger;
    this.#record = monitor.watchEventLoop();
  }

  /** Takes a stall that has ended. */
  receive({ isDeadly: _isDeadly, ...stall }: Stall): void {
    this.#logger.warn(`${stall.description}; it turns again`);
    this.#record(stall);
  }
}
