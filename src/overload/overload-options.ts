import { isRecord } from '../core/is-record.js';
import { type ConfiguredOptions, configureIndicator } from '../discovery/configured-indicator.js';
import { type InjectedInstances, type InjectedToken, injectedTokens } from '../indicators/injected.js';
import { orFalse } from '../indicators/limits.js';
import type { Duration } from '../options/duration.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { type Rule, callable, duration, numeric, wholeFrom } from '../options/rules.js';

/** The higher limits of the option `down`. A value exactly at a limit is within it. */
export interface OverloadLimits {
  /** The 99th percentile of the event loop delay, in milliseconds. Default: no limit. */
  readonly delay?: number | false;
  /** The share of time in which the event loop was busy, from 0 to 1. Default: no limit. */
  readonly utilization?: number | false;
  /** The requests in flight. Default: no limit. */
  readonly inFlight?: number | false;
}

/** Options of `OverloadIndicator()`. A value exactly at a limit is within it. */
export interface OverloadIndicatorOptions<
  Tokens extends readonly InjectedToken[] = readonly InjectedToken[],
> extends HealthIndicatorOptions {
  /** Limit of the 99th percentile of the event loop delay, in milliseconds. False: no limit. Default: 100. */
  readonly delay?: number | false;
  /** Limit of the share of time in which the event loop was busy, from 0 to 1. False: no limit. Default: 0.95. */
  readonly utilization?: number | false;
  /** Limit of the requests in flight, without those of the health endpoints. False: no limit. Default: no limit. */
  readonly inFlight?: number | false;
  /**
   * Higher limits. The indicator is DOWN when one of them has been exceeded for `hold`. Each needs the same limit outside of
   * `down`, and is not below it. Default: none, the indicator is never DOWN, because the load of an instance that is taken
   * out of rotation goes to the others.
   */
  readonly down?: OverloadLimits;
  /**
   * The indicator recovers when every number is below this share of its limit, above 0, up to 1. Default: 0.8. With 1, a
   * number near its limit changes the status after each `hold`.
   */
  readonly release?: number;
  /**
   * How long every number must be below its release before the indicator recovers, and how long a limit of `down` must be
   * exceeded before it is DOWN. It is measured from check to check. Default: 10,000 ms. With 0, the first check decides.
   */
  readonly hold?: Duration;
  /** The measured time span of the event loop; at least half of it is covered. Default: 10,000 ms. A longer window reacts later. */
  readonly window?: Duration;
  /** The tokens of the providers that `count` needs. Default: none. */
  readonly inject?: readonly [...Tokens];
  /**
   * Returns the number of requests, messages or jobs in flight, for an application whose work does not arrive over HTTP. Its
   * parameters are the instances of `inject`, in that order. A thrown error is DOWN. Default: the requests in flight on the
   * HTTP servers of the application.
   */
  count?(...injected: [...InjectedInstances<Tokens>]): number;
}

/** The numbers that have limits. */
export type LoadName = keyof OverloadLimits;

/** The options that do not depend on the types of the injected providers. */
interface GivenOptions extends HealthIndicatorOptions, OverloadLimits, OwnOptions {
  readonly down?: OverloadLimits;
}

interface OwnOptions {
  readonly release?: number;
  readonly hold?: Duration;
  readonly window?: Duration;
  readonly inject?: readonly InjectedToken[];
  count?(...injected: unknown[]): unknown;
}

export interface ConfiguredOverload extends ConfiguredOptions<OwnOptions> {
  readonly limits: OverloadLimits;
  readonly downLimits: OverloadLimits;
}

const WITHIN: Readonly<Record<LoadName, Rule<number>>> = {
  delay: numeric(1, 3_600_000),
  utilization: numeric(0.01, 1),
  inFlight: wholeFrom(1),
};
const NAMES: readonly LoadName[] = ['delay', 'utilization', 'inFlight'];
const DEFAULTS: OverloadLimits = { delay: 100, utilization: 0.95 };

const RULES = {
  release: numeric(0.01, 1),
  hold: duration(0),
  window: duration(100),
  inject: injectedTokens,
  count: callable,
  delay: orFalse(WITHIN.delay),
  utilization: orFalse(WITHIN.utilization),
  inFlight: orFalse(WITHIN.inFlight),
  down: { expected: 'an object of "delay", "utilization" and "inFlight"', accepts: () => false } as Rule,
};

/** Checks the options. The faults are noted on the class, as for every built-in indicator. */
export function configureOverload(name: string, options: unknown): ConfiguredOverload {
  const given = (options ?? {}) as GivenOptions;
  const limits: OverloadLimits = { ...DEFAULTS, ...definedOf(given) };
  const flattened: Record<string, unknown> = { ...given };
  const rules: Record<string, Rule> = { ...RULES };
  const downLimits = isRecord(given.down) ? given.down : {};
  if (isRecord(given.down)) {
    // Each limit is checked as an option of its own, so that a fault names the limit and its value.
    delete flattened['down'];
    for (const [limit, value] of Object.entries(given.down)) flattened[`down.${limit}`] = value;
    for (const limit of NAMES) rules[`down.${limit}`] = downRule(limit, limits[limit]);
  }
  const { own, place, annotate } = configureIndicator<HealthIndicatorOptions>(
    'OverloadIndicator',
    name,
    flattened,
    rules,
  );
  return { own, place, annotate, limits, downLimits };
}

/** A limit of `down` below the other one would be reached first, and the indicator would never be DEGRADED. */
function downRule(name: LoadName, limit: unknown): Rule {
  const rule = WITHIN[name];
  if (typeof limit !== 'number') return { expected: `false, or set ${name} too`, accepts: (value) => value === false };
  return {
    expected: `false, or ${rule.expected}, and not below ${name} (${limit})`,
    accepts: (value) => value === false || (rule.accepts(value) && Number(value) >= limit),
  };
}

function definedOf(given: OverloadLimits): OverloadLimits {
  return Object.fromEntries(NAMES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const])));
}
