import type { Type } from '@nestjs/common';
import type { HealthResult } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { Duration } from '../options/duration.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { duration, numeric } from '../options/rules.js';
import { EventLoopMeasurement } from './event-loop-measurement.js';
import { type Limits, configureLimits, judge } from './limits.js';
import { MeasuringIndicator } from './measuring-indicator.js';
import { inMilliseconds, percent, rounded, share } from './units.js';

/** Options of {@link EventLoopIndicator}. */
export interface EventLoopIndicatorOptions extends HealthIndicatorOptions {
  /**
   * Limits of the event loop delay in milliseconds, at the percentile `percentile`. Default: `{ warn: 100 }`. There is no
   * default for `fail`, because a busy instance that is taken out of rotation leaves its load to the others. False: not
   * checked.
   */
  readonly delay?: Limits | false;
  /**
   * The percentile of the delays, above 0, up to 100. Default: 99. A single long pause is one sample among hundreds, and
   * only 100, the longest delay, always includes it.
   */
  readonly percentile?: number;
  /**
   * Limits of the share of time in which the event loop was busy, from 0 to 1. Default: `{ warn: 0.95 }`, without `fail`
   * for the same reason. False: not checked.
   */
  readonly utilization?: Limits | false;
  /** The measured time span in milliseconds; at least half of it is covered. Default: 10,000. A longer window reacts later. */
  readonly window?: Duration;
}

const LIMITED = {
  delay: { within: numeric(0, 3_600_000), direction: 'above', defaults: { warn: 100 } },
  utilization: { within: numeric(0, 1), direction: 'above', defaults: { warn: 0.95 } },
} as const;

/** Measures the delay and the utilization of the event loop. */
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
          { label: `p${percentile} of the delay`, value: delay, limits: limits.delay, show: inMilliseconds },
          { label: 'utilization', value: utilization, limits: limits.utilization, show: percent },
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
