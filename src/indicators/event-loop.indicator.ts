import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Type } from '@nestjs/common';
import { elapsed } from '../core/moment.js';
import type { HealthResult } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { Duration } from '../options/duration.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { duration, numeric } from '../options/rules.js';
import { type Limits, configureLimits, judge } from './limits.js';
import { MeasuringIndicator } from './measuring-indicator.js';
import type { Measurement } from './sliding-window.js';
import { percent, rounded, share } from './units.js';

/** Options of {@link EventLoopIndicator}. */
export interface EventLoopIndicatorOptions extends HealthIndicatorOptions {
  /**
   * How many milliseconds late the event loop comes to what is due: the percentile named by `percentile`. Default:
   * `{ warn: 100 }`. There is no default for `fail`: an instance that is taken out because it is busy leaves its load to
   * the others. False: not looked at.
   */
  readonly delay?: Limits | false;
  /**
   * Which percentile of the delays counts, above 0, up to 100. Default: 99. A single long pause is one sample among
   * hundreds: 100, the longest delay, does not overlook it.
   */
  readonly percentile?: number;
  /**
   * The share of the time in which the event loop was busy, from 0 to 1. Default: `{ warn: 0.95 }`, with no `fail` for the
   * same reason. False: not looked at.
   */
  readonly utilization?: Limits | false;
  /** The milliseconds that are looked back on; at least half of them count. Default: 10,000. A longer window reacts later. */
  readonly window?: Duration;
}

/** Milliseconds between two looks at the loop; what is added to them is the delay. */
const RESOLUTION = 20;

const LIMITED = {
  delay: { within: numeric(0, 3_600_000), direction: 'above', defaults: { warn: 100 } },
  utilization: { within: numeric(0, 1), direction: 'above', defaults: { warn: 0.95 } },
} as const;

/** Watches how late the event loop is, and how busy. */
export function EventLoopIndicator(name: string, options: EventLoopIndicatorOptions = {}): Type<HealthIndicator> {
  const { own, limits, annotate } = configureLimits(
    'EventLoopIndicator',
    name,
    options,
    { percentile: numeric(0.001, 100), window: duration(100) },
    LIMITED,
  );
  const { percentile = 99, window = 10_000 } = own;

  class ConfiguredEventLoopIndicator extends MeasuringIndicator<EventLoopMeasurement> {
    constructor() {
      super(window, () => new EventLoopMeasurement());
    }

    protected judge(measurement: EventLoopMeasurement): HealthResult {
      const delay = measurement.delay(percentile);
      const { utilization } = measurement;
      return judge(
        [
          { what: `p${percentile} of the delay`, value: delay, limits: limits.delay, show: inMilliseconds },
          { what: 'utilization', value: utilization, limits: limits.utilization, show: percent },
        ],
        {
          delay_ms: rounded(delay, 1),
          delay_percentile: percentile,
          delay_max_ms: rounded(measurement.delay(100), 1),
          utilization: share(utilization),
        },
      );
    }
  }
  annotate(ConfiguredEventLoopIndicator);
  return ConfiguredEventLoopIndicator;
}

class EventLoopMeasurement implements Measurement {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  #utilization = performance.eventLoopUtilization();
  #since = elapsed();

  constructor() {
    this.#delays.enable();
  }

  /** Without the pause between two looks, which the histogram counts in. 0 as long as nothing was measured. */
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

const inMilliseconds = (value: number): string => `${rounded(value, 1)} ms`;
