import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { type HealthResult, unknown, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { OnDrain } from '../lifecycle/on-drain.decorator.js';
import { type Measurement, SlidingWindow } from './sliding-window.js';

/** An indicator whose result depends on a measurement of the recent past. The measurement starts and stops with the application. */
export abstract class MeasuringIndicator<M extends Measurement>
  implements HealthIndicator, OnApplicationBootstrap, OnModuleDestroy
{
  readonly #window: SlidingWindow<M>;
  #hasBootstrapped = false;

  constructor(window: number, create: () => M) {
    this.#window = new SlidingWindow(window, create);
  }

  onApplicationBootstrap(): void {
    this.#hasBootstrapped = true;
    this.#window.start();
  }

  onModuleDestroy(): void {
    this.#window.stop();
  }

  /** Stops the measurement in a lazily loaded module, in which Nest calls neither hook. */
  @OnDrain()
  stopIfLoadedLazily(): void {
    if (!this.#hasBootstrapped) this.#window.stop();
  }

  check(): HealthResult {
    const { measurement } = this.#window;
    if (!measurement) return unknown('the measurement has ended');
    const window_ms = Math.round(measurement.age);
    if (!this.#window.isSettled) return up({ window_ms });
    const result = this.judge(measurement);
    return { ...result, data: { ...result.data, window_ms } };
  }

  protected abstract judge(measurement: M): HealthResult;
}
