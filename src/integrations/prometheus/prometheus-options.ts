import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Registry, RegistryContentType } from 'prom-client';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { METRIC_DEFAULTS } from '../../metrics/metric-defaults.js';
import { readerOf } from '../../options/option-reader.js';
import { type Rule, ascending, flag, matching, oneOf, stringList } from '../../options/rules.js';

/** Options of `HealthPrometheusModule.forRoot()`. */
export interface HealthPrometheusOptions {
  /**
   * Where the metrics are registered: a registry of the application, whose other metrics are then answered at
   * `/health/metrics` too. Default: a registry of their own. They are taken out of it when the application has shut down.
   */
  readonly registry?: Registry<RegistryContentType>;
  /**
   * False: there is no `/health/metrics`, because the application answers with its `registry` somewhere else.
   * Default: true.
   */
  readonly endpoint?: boolean;
  /**
   * Who may read `/health/metrics`: `everybody`, or who may read `/health/deep`. Default: `deep`, which is everybody as
   * long as `HealthModule` has no `access`; once it has, Prometheus sends one of its `apiKeys` as a bearer token.
   */
  readonly access?: 'everybody' | 'deep';
  /**
   * What the name of each metric begins with; it ends with `_`. Default: `health_`. Alert rules and dashboards name
   * metrics by it.
   */
  readonly prefix?: string;
  /**
   * The upper bounds of the histogram of durations, in seconds, ascending. Each is a time series more for each
   * indicator. Default: 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5.
   */
  readonly buckets?: readonly number[];
  /**
   * The names of what indicators report as `data` that is exported where it is a number, as `health_indicator_data`.
   * Default: `days_left`, which is when a certificate expires.
   */
  readonly data?: readonly string[];
}

/** Options of `HealthPrometheusModule.forRootAsync()`. */
export interface HealthPrometheusAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What is handed to `useFactory`. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<HealthPrometheusOptions>['useFactory'];
}

/** The options, with a value for each but the registry. */
export type PrometheusSettings = Required<Omit<HealthPrometheusOptions, 'registry'>> &
  Pick<HealthPrometheusOptions, 'registry'>;

export const PLACE = 'HealthPrometheusModule.forRoot()';
export const PROMETHEUS_DEFAULTS: PrometheusSettings = {
  endpoint: true,
  access: 'deep',
  prefix: 'health_',
  ...METRIC_DEFAULTS,
};

const registry: Rule = {
  expected: 'a Registry of prom-client',
  accepts: (value) =>
    typeof value === 'object' && value !== null && 'registerMetric' in value && 'getMetricsAsJSON' in value,
};
const metricPrefix = matching(/^[A-Za-z][A-Za-z0-9_]*_$/, 'a text of letters, digits and "_" that ends with "_"');

export const registryMissing = (): ConfigurationFault => ({
  place: PLACE,
  problem: 'there is neither an endpoint nor a registry of the application, so nobody could read the metrics',
  remedy: "hand the application's registry over ({ registry, endpoint: false }), or leave the endpoint on",
});

export const metricTaken = (name: string): ConfigurationFault => ({
  place: `${PLACE}, registry`,
  problem: `it has a metric named "${name}" already`,
  remedy: 'set another prefix, or give each application of the process a registry of its own',
});

/** Checks the options. Throws one error with everything that is wrong. */
export function resolvePrometheusOptions(given: HealthPrometheusOptions): PrometheusSettings {
  const faults: ConfigurationFault[] = [];
  const reader = readerOf(PLACE, given, faults);
  reader.refuseUnknown(['registry', ...Object.keys(PROMETHEUS_DEFAULTS)]);
  const own = reader.read<unknown>('registry', registry, undefined) as HealthPrometheusOptions['registry'];
  const settings: PrometheusSettings = {
    ...(own && { registry: own }),
    endpoint: reader.read('endpoint', flag, PROMETHEUS_DEFAULTS.endpoint),
    access: reader.read('access', oneOf(['everybody', 'deep']), PROMETHEUS_DEFAULTS.access),
    prefix: reader.read('prefix', metricPrefix, PROMETHEUS_DEFAULTS.prefix),
    buckets: reader.read('buckets', ascending, PROMETHEUS_DEFAULTS.buckets),
    data: reader.read('data', stringList, PROMETHEUS_DEFAULTS.data),
  };
  if (faults.length === 0 && !settings.endpoint && !settings.registry) faults.push(registryMissing());
  if (faults.length > 0) throw new HealthConfigurationError(faults);
  return settings;
}
