import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { elapsed } from '../core/moment.js';
import type { Measurement } from './sliding-window.js';

/** Milliseconds between two samples of the loop. The additional time until a sample is its delay. */
const RESOLUTION = 20;

/** Measures the delay and the utilization of the event loop. */
export class EventLoopMeasurement implements Measurement {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  #utilization = performance.eventLoopUtilization();
  #since = elapsed();

  constructor() {
    this.#delays.enable();
  }

  /** The delay in milliseconds, without the sampling interval, which the histogram includes. 0 before the first sample. */
  delay(percentile: number): number {
    if (this.#delays.count === 0) return 0;
    return Math.max(0, this.#delays.percentile(percentile) / 1e6 - RESOLUTION);
  }

  get utilization(): number {
    return performance.eventLoopUtilization(this.#utilization).utilization;
  }

  get age(): number {
    return elapsed() - this.#since;
  }

  restart(): void {
    this.#delays.reset();
    this.#utilization = performance.eventLoopUtilization();
    this.#since = elapsed();
  }

  stop(): void {
    this.#delays.disable();
  }
}
