import type { Type } from '@nestjs/common';
import { type Moment, elapsed, isoTime, moment } from '../core/moment.js';
import { type HealthResult, down, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { Duration } from '../options/duration.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { duration } from '../options/rules.js';
import { configure } from './configure.js';

/** Options of {@link HeartbeatIndicator}. */
export interface HeartbeatIndicatorOptions extends HealthIndicatorOptions {
  /**
   * How many milliseconds may pass without a beat; a longer silence is DOWN. Required. Leave room for a run that takes
   * long: for a job of every five minutes, eleven minutes let one run be lost.
   */
  readonly maxSilence: Duration;
  /**
   * How many milliseconds the first beat may take from the creation of the indicator, which the application does while
   * it starts. Default: `maxSilence`. With 0 the indicator is DOWN until the first beat.
   */
  readonly grace?: Duration;
}

/** What the worker injects. */
export interface Heartbeat extends HealthIndicator {
  /** Says that the work goes on. Call it when a piece of work has succeeded, not when it begins. */
  beat(): void;
}

const RULES = { maxSilence: duration(1), grace: duration(0) };

/** Passive: a worker calls `beat()` as it goes, and when it falls silent for too long, it is DOWN. */
export function HeartbeatIndicator(name: string, options: HeartbeatIndicatorOptions): Type<Heartbeat> {
  const { own, annotate } = configure('HeartbeatIndicator', name, options, RULES, ['maxSilence']);
  const { maxSilence, grace = maxSilence } = own;

  class ConfiguredHeartbeatIndicator implements Heartbeat {
    readonly #created = elapsed();
    #beats = 0;
    #last: Moment | undefined;

    beat(): void {
      this.#beats += 1;
      this.#last = moment();
    }

    check(): HealthResult {
      const silence = Math.round(elapsed() - (this.#last?.elapsed ?? this.#created));
      const data = {
        beats: this.#beats,
        silence_ms: silence,
        ...(this.#last && { last_beat_at: isoTime(this.#last) }),
      };
      if (this.#last) return silence > maxSilence ? down(`no beat for more than ${maxSilence} ms`, data) : up(data);
      if (grace === 0) return down('no beat yet', data);
      return silence > grace ? down(`no first beat within ${grace} ms`, data) : up(data);
    }
  }
  annotate(ConfiguredHeartbeatIndicator);
  return ConfiguredHeartbeatIndicator;
}
