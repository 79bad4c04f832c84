import { availableParallelism } from 'node:os';
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

/** Options of {@link CpuIndicator}. */
export interface CpuIndicatorOptions extends HealthIndicatorOptions {
  /**
   * Limits of the share of its cores that the process has used, with all its threads, from 0 to 1. Default:
   * `{ warn: 0.9 }`. There is no default for `fail`, because a busy instance that is taken out of rotation leaves its load
   * to the others. False: not checked.
   */
  readonly usage?: Limits | false;
  /**
   * The number of cores that the process may use, also a fraction (`500m` of Kubernetes is 0.5). Default:
   * `os.availableParallelism()`. On Node 20 this ignores the CPU quota of a container, so set the option there.
   */
  readonly cores?: number;
  /** The measured time span in milliseconds; at least half of it is covered. Default: 10,000. A longer window reacts later. */
  readonly window?: Duration;
}

const LIMITED = { usage: { within: numeric(0, 1), direction: 'above', defaults: { warn: 0.9 } } } as const;

/** Measures the CPU usage of this process as a share of its cores. */
export function CpuIndicator(name: string, options: CpuIndicatorOptions = {}): Type<HealthIndicator> {
  const { own, limits, annotate } = configureLimits(
    'CpuIndicator',
    name,
    options,
    { cores: numeric(0.001, 4096), window: duration(100) },
    LIMITED,
  );
  const { cores = availableParallelism(), window = 10_000 } = own;

  class ConfiguredCpuIndicator extends MeasuringIndicator<CpuMeasurement> {
    constructor() {
      super(window, () => new CpuMeasurement());
    }

    protected judge({ used, age }: CpuMeasurement): HealthResult {
      const usage = used / age / cores;
      return judge([{ label: 'CPU in use', value: usage, limits: limits.usage, show: percent }], {
        usage: share(usage),
        cores_used: rounded(used / age, 2),
        cores,
      });
    }
  }
  annotate(ConfiguredCpuIndicator);
  return ConfiguredCpuIndicator;
}

class CpuMeasurement implements Measurement {
  #usage = process.cpuUsage();
  #since = elapsed();

  /** CPU time in milliseconds. */
  get used(): number {
    const { user, system } = process.cpuUsage(this.#usage);
    return (user + system) / 1000;
  }

  get age(): number {
    return elapsed() - this.#since;
  }

  restart(): void {
    this.#usage = process.cpuUsage();
    this.#since = elapsed();
  }

  stop(): void {}
}
