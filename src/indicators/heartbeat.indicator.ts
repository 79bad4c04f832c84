import type { Type } from '@nestjs/common';
import { type Moment, elapsed, isoTime, moment } from '../core/moment.js';
import { type HealthResult, down, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { Duration } from '../options/duration.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { duration } from '../options/rules.js';
import { configureIndicator } from '../discovery/configured-indicator.js';

/** Options of {@link HeartbeatIndicator}. */
export interface HeartbeatIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The longest time without a beat, in milliseconds or with a unit. A longer silence is DOWN. Required. Allow for a
   * slow run: for a job that runs every five minutes, `'11m'` allows one lost run.
   *
   * @example
   * { maxSilence: '11m' }
   */
  readonly maxSilence: Duration;
  /**
   * The longest time until the first beat, in milliseconds or with a unit, from the creation of the indicator during the
   * start of the application. Default: `maxSilence`. With 0 the indicator is DOWN until the first beat.
   */
  readonly grace?: Duration;
}

/** The interface for the worker that sends the beats. */
export interface Heartbeat extends HealthIndicator {
  /** Records a beat. Call it when a unit of work has succeeded, not when it begins. */
  beat(): void;
}

const RULES = { maxSilence: duration(1), grace: duration(0) };

/** A worker calls `beat()` regularly. The indicator is DOWN when the last beat is too long ago. */
export function HeartbeatIndicator(name: string, options: HeartbeatIndicatorOptions): Type<Heartbeat> {
  const { own, annotate } = configureIndicator('HeartbeatIndicator', name, options, RULES, ['maxSilence']);
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
