import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Registry, RegistryContentType } from 'prom-client';
import { hasMethods } from '../../core/has-methods.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { METRIC_DEFAULTS } from '../../metrics/metric-defaults.js';
import { Faults } from '../../options/faults.js';
import { type RuleTable, readerOf } from '../../options/option-reader.js';
import { type Rule, ascending, flag, matching, oneOf, stringList } from '../../options/rules.js';

/** Options of `HealthPrometheusModule.forRoot()`. */
export interface HealthPrometheusOptions {
  /**
   * Registry of the application to which the metrics are added. `/health/metrics` then also shows the other metrics of
   * this registry. The metrics are removed from it at the shutdown. Default: a new registry.
   */
  readonly registry?: Registry<RegistryContentType>;
  /**
   * Whether the endpoint `/health/metrics` exists. False requires `registry`, which the application exposes itself.
   * Default: true.
   */
  readonly endpoint?: boolean;
  /**
   * Callers that may read `/health/metrics`: `public`, or `deep` for those that may read `/health/deep`. With `deep`
   * and the option `access` of `HealthModule`, Prometheus sends one of the `apiKeys` as a bearer token; without `access`
   * every caller may read it. Default: `deep`.
   */
  readonly access?: 'public' | 'deep';
  /**
   * Prefix of the name of each metric. Must end with `_`. The alert rules and the dashboard of this package expect the
   * default. Default: `health_`.
   */
  readonly prefix?: string;
  /**
   * Upper bounds of the duration histogram, in seconds, in ascending order. Each bound adds one time series for each
   * indicator. Default: 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5.
   */
  readonly buckets?: readonly number[];
  /**
   * Names of the `data` of indicators that is exported as `health_indicator_data` where it is a number. Default:
   * `['days_left']`, the days until a certificate expires.
   */
  readonly data?: readonly string[];
}

/** Options of `HealthPrometheusModule.forRootAsync()`. */
export interface HealthPrometheusAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthPrometheusOptions>['useFactory'];
}

/** The options with their defaults. Only `registry` may be absent. */
export type PrometheusSettings = Required<Omit<HealthPrometheusOptions, 'registry'>> &
  Pick<HealthPrometheusOptions, 'registry'>;

export const PLACE = 'HealthPrometheusModule.forRoot()';
export const PROMETHEUS_DEFAULTS: Required<Omit<HealthPrometheusOptions, 'registry'>> = {
  endpoint: true,
  access: 'deep',
  prefix: 'health_',
  ...METRIC_DEFAULTS,
};

const registry: Rule<Registry<RegistryContentType>> = {
  expected: 'a Registry of prom-client',
  accepts: (value) => hasMethods(value, 'registerMetric', 'getMetricsAsJSON'),
};
const metricPrefix = matching(
  /^[A-Za-z][A-Za-z0-9_]*_$/,
  'letters, digits and "_", starting with a letter and ending with "_"',
);

const RULES = {
  registry,
  endpoint: flag,
  access: oneOf<'public' | 'deep'>(['public', 'deep']),
  prefix: metricPrefix,
  buckets: ascending,
  data: stringList,
} satisfies RuleTable<HealthPrometheusOptions>;

export const registryMissing = (): ConfigurationFault => ({
  place: PLACE,
  problem: 'endpoint is false and registry is not set, so the metrics cannot be read',
  remedy: 'set registry to the registry of the application, or leave endpoint at its default',
});

export const metricTaken = (name: string): ConfigurationFault => ({
  place: `${PLACE}, registry`,
  problem: `it already has a metric named "${name}"`,
  remedy: 'set another prefix, or use one registry for each application of the process',
});

/** Checks the options. Throws one error with every configuration fault. */
export function resolvePrometheusOptions(given: HealthPrometheusOptions): PrometheusSettings {
  const faults = new Faults();
  const reader = readerOf(given, faults.at(PLACE));
  const { registry: own, ...others } = reader.readAll(RULES, PROMETHEUS_DEFAULTS);
  const settings: PrometheusSettings = { ...others, ...(own && { registry: own }) };
  if (faults.isEmpty && !settings.endpoint && !settings.registry) faults.add(registryMissing());
  faults.throwIfAny();
  return settings;
}
