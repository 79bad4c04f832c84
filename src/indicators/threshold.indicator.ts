import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../core/check.js';
import { type HealthResult, down } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { callable, numeric, oneOf, nonBlank } from '../options/rules.js';
import { configureIndicator } from '../discovery/configured-indicator.js';
import { type InjectedInstances, type InjectedToken, injectInto, injectedTokens } from './injected.js';
import { type Direction, judge, orFalse, warnRule } from './limits.js';
import { rounded } from './units.js';

/** Options of {@link ThresholdIndicator}. */
export interface ThresholdIndicatorOptions<
  Tokens extends readonly InjectedToken[] = readonly InjectedToken[],
> extends HealthIndicatorOptions {
  /** The tokens of the providers that `value` needs. Default: none. */
  readonly inject?: readonly [...Tokens];
  /**
   * Returns the number, or a promise of it. Its parameters are the instances of `inject`, in that order, and the context of
   * the attempt (with its `signal`). A thrown error is DOWN, and so is a value that is not a number. Required.
   */
  value(...injected: [...InjectedInstances<Tokens>, HealthCheckContext]): number | bigint | Promise<number | bigint>;
  /** Beyond this limit the indicator is DEGRADED. Default: false, no such limit. One of `warn` and `fail` is required. */
  readonly warn?: number | false;
  /** Beyond this limit the indicator is DOWN. Default: false, no such limit. A value exactly at a limit is within it. */
  readonly fail?: number | false;
  /** The side on which a value is beyond a limit. Default: `above`, for lengths and lags. Use `below` for resources that can run out. */
  readonly direction?: Direction;
  /** The unit of the number, as in `12 jobs`. Messages and data show it. Default: none. */
  readonly unit?: string;
}

interface Own {
  readonly inject?: readonly InjectedToken[];
  value(...injected: unknown[]): unknown;
  readonly warn?: number | false;
  readonly fail?: number | false;
  readonly direction?: Direction;
  readonly unit?: string;
}

const LIMIT = numeric(-Number.MAX_VALUE, Number.MAX_VALUE);
const DIRECTIONS = oneOf(['above', 'below']);

/** Compares a number of the application with limits: the length of a queue, a lag, an age. */
export function ThresholdIndicator<const Tokens extends readonly InjectedToken[] = []>(
  name: string,
  options: ThresholdIndicatorOptions<Tokens>,
): Type<HealthIndicator> {
  const given = options as Own & HealthIndicatorOptions;
  const { direction: side } = given;
  const { own, annotate } = configureIndicator<Own & HealthIndicatorOptions>(
    'ThresholdIndicator',
    name,
    given,
    {
      inject: injectedTokens,
      value: callable,
      warn: warnRule(LIMIT, side === 'below' ? 'below' : 'above', 'fail', given.fail),
      fail: orFalse(LIMIT),
      direction: DIRECTIONS,
      unit: nonBlank,
    },
    hasLimit(given) ? ['value'] : ['value', 'fail'],
  );
  const { inject = [], warn = false, fail = false, direction = 'above', unit } = own;
  const show = (value: number): string => `${rounded(value, 3)}${unit === undefined ? '' : ` ${unit}`}`;

  class ConfiguredThresholdIndicator implements HealthIndicator {
    readonly #injected: readonly unknown[];

    constructor(...injected: unknown[]) {
      this.#injected = injected;
    }

    async check(context: HealthCheckContext): Promise<HealthResult> {
      const returned = await own.value(...this.#injected, context);
      const value = typeof returned === 'bigint' ? Number(returned) : returned;
      if (typeof value !== 'number') return down(`the value is of type ${typeof value} instead of number`);
      if (Number.isNaN(value)) return down('the value is not a number');
      return judge([{ label: 'value', value, limits: { warn, fail }, direction, show }], {
        value,
        ...(unit !== undefined && { unit }),
        ...(warn !== false && { warn }),
        ...(fail !== false && { fail }),
      });
    }
  }
  injectInto(ConfiguredThresholdIndicator, inject);
  annotate(ConfiguredThresholdIndicator);
  return ConfiguredThresholdIndicator;
}

function hasLimit({ warn, fail }: Own): boolean {
  return (warn !== undefined && warn !== false) || (fail !== undefined && fail !== false);
}
