import { Inject, Logger, Optional, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { muteRejection } from '../core/guarded-signal.js';
import { elapsed } from '../core/moment.js';
import { type HealthData, type HealthResult, degraded, down, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { PREPARE } from '../discovery/preparation.js';
import { ENDPOINT_PARTS, type EndpointParts } from '../endpoints/endpoint-parts.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import { REQUESTS_IN_FLIGHT, type RequestsInFlight } from '../extension/requests-in-flight.js';
import { EventLoopMeasurement } from '../indicators/event-loop-measurement.js';
import { type InjectedToken, injectInto } from '../indicators/injected.js';
import { judge } from '../indicators/limits.js';
import { MeasuringIndicator } from '../indicators/measuring-indicator.js';
import { inMilliseconds, percent, rounded, share } from '../indicators/units.js';
import { show as textOf } from '../options/rules.js';
import { healthPaths } from './health-paths.js';
import { type Excess, Hysteresis } from './hysteresis.js';
import {
  type LoadName,
  type OverloadIndicatorOptions,
  type OverloadLimits,
  configureOverload,
} from './overload-options.js';
import { overloadStatus } from './overload-status.js';

interface Load {
  readonly label: string;
  /** Undefined: it cannot be measured in this application. */
  readonly value: number | undefined;
  readonly show: (value: number) => string;
}

const PERCENTILE = 99;

/**
 * Recognises an instance with more work than it can do, by the delay and the utilization of its event loop and by its requests
 * in flight. It is DEGRADED above a limit, and DOWN only with the option `down`.
 */
export function OverloadIndicator<const Tokens extends readonly InjectedToken[] = []>(
  name: string,
  options: OverloadIndicatorOptions<Tokens> = {},
): Type<HealthIndicator> {
  const { own, place, limits, downLimits, annotate } = configureOverload(name, options);
  const { window = 10_000, hold = 10_000, release = 0.8, inject = [], count } = own;

  class ConfiguredOverloadIndicator extends MeasuringIndicator<EventLoopMeasurement> {
    // Properties, because the parameters of the constructor are the providers of `inject`.
    @Optional()
    @Inject(REQUESTS_IN_FLIGHT)
    readonly requestsInFlight?: RequestsInFlight;
    @Optional()
    @Inject(ENDPOINT_PARTS)
    readonly endpointParts?: EndpointParts;
    @Optional()
    @Inject(HEALTH_MONITOR)
    readonly monitor?: Pick<HealthMonitor, 'unreadyLimit'>;
    @Optional()
    @Inject(HttpAdapterHost)
    readonly adapterHost?: HttpAdapterHost;

    readonly #injected: readonly unknown[];
    readonly #overload = new Hysteresis(0, hold);
    readonly #beyondDown = new Hysteresis(hold, hold);
    /** Since when `down` is exceeded, counted after `hold`. */
    #beyondSince: number | undefined;
    #isHealthPath: ((path: string) => boolean) | undefined;

    constructor(...injected: unknown[]) {
      super(window, () => new EventLoopMeasurement());
      this.#injected = injected;
    }

    async [PREPARE](): Promise<void> {
      if (typeof limits.inFlight !== 'number' || count || this.adapterHost?.httpAdapter) return;
      new Logger('Health').warn(
        `${place}, inFlight: the limit has no effect, because this application has no HTTP server. ` +
          'Set count to a function that returns the work in flight, or remove the limit.',
      );
    }

    protected judge(measurement: EventLoopMeasurement): HealthResult {
      const inFlight = this.#inFlight();
      if (inFlight !== undefined && !isCount(inFlight)) {
        return down(`count returned ${describeNoCount(inFlight)} instead of a number`);
      }
      const loads: Readonly<Record<LoadName, Load>> = {
        delay: { label: `p${PERCENTILE} of the delay`, value: measurement.delay(PERCENTILE), show: inMilliseconds },
        utilization: { label: 'utilization', value: measurement.utilization, show: percent },
        inFlight: { label: 'in flight', value: inFlight, show: String },
      };
      const above = excessOf(loads, limits, release);
      const aboveDown = excessOf(loads, downLimits, release);
      const at = elapsed();
      const isBeyondDown = this.#beyondDown.update(aboveDown, at);
      const refusal = this.#refusal(isBeyondDown, at);
      const status = overloadStatus({
        isOverloaded: this.#overload.update(above, at),
        isBeyondDown,
        isHeldBack: refusal !== undefined,
      });
      const data = dataOf(loads, limits, downLimits);
      if (status === 'UP') return up(data);
      const reasons = (isBeyondDown && aboveDown.reasons) || above.reasons;
      const load = reasons ?? `below its limits again, and recovers after ${hold} ms below ${percent(release)} of them`;
      const message = refusal === undefined ? load : `${load}; ${refusal}`;
      return status === 'DOWN' ? down(message, data) : degraded(message, data);
    }

    /** The reason why the instance stays in rotation. Undefined: it need not stay. */
    #refusal(isBeyondDown: boolean, at: number): string | undefined {
      const limit = this.monitor?.unreadyLimit;
      if (!isBeyondDown) {
        this.#beyondSince = undefined;
        limit?.recovered(name);
        return undefined;
      }
      this.#beyondSince ??= at;
      return limit?.refusal(name, this.#beyondSince);
    }

    #inFlight(): unknown {
      if (count) return count(...this.#injected);
      const { endpointParts } = this;
      this.#isHealthPath ??= endpointParts && healthPaths(endpointParts.settings);
      // Without requests of probes: one of them runs this check, and is itself in flight.
      return this.requestsInFlight?.((path) => !this.#isHealthPath?.(path));
    }
  }
  injectInto(ConfiguredOverloadIndicator, inject);
  return annotate(ConfiguredOverloadIndicator);
}

interface Judged extends Excess {
  readonly reasons: string | undefined;
}

function excessOf(loads: Readonly<Record<LoadName, Load>>, limits: OverloadLimits, release: number): Judged {
  const readings = Object.entries(loads).flatMap(([name, { label, value, show }]) => {
    const warn = limits[name as LoadName];
    return value === undefined || typeof warn !== 'number' ? [] : [{ label, value, show, warn, limits: { warn } }];
  });
  const { message } = judge(readings);
  return {
    isBeyond: message !== undefined,
    isReleased: readings.every(({ value, warn }) => value < warn * release),
    reasons: message,
  };
}

function dataOf(
  { delay, utilization, inFlight }: Readonly<Record<LoadName, Load>>,
  limits: OverloadLimits,
  downLimits: OverloadLimits,
): HealthData {
  const entries: readonly (readonly [string, number | false | undefined])[] = [
    ['delay_ms', rounded(delay.value ?? 0, 1)],
    ['delay_limit_ms', limits.delay],
    ['delay_down_limit_ms', downLimits.delay],
    ['utilization', share(utilization.value ?? 0)],
    ['utilization_limit', limits.utilization],
    ['utilization_down_limit', downLimits.utilization],
    ['in_flight', inFlight.value],
    ['in_flight_limit', limits.inFlight],
    ['in_flight_down_limit', downLimits.inFlight],
  ];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

function isCount(value: unknown): value is number {
  return Number.isFinite(value);
}

function describeNoCount(value: unknown): string {
  return muteRejection(value, () => undefined) ? 'a promise' : textOf(value);
}
