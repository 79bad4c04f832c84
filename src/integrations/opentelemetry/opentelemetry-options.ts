import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { hasMethods } from '../../core/has-methods.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { METRIC_DEFAULTS } from '../../metrics/metric-defaults.js';
import { Faults } from '../../options/faults.js';
import { type RuleTable, readerOf } from '../../options/option-reader.js';
import { type Rule, ascending, flag, stringList } from '../../options/rules.js';

/** Options of `HealthOpenTelemetryModule.forRoot()`. */
export interface HealthOpenTelemetryOptions {
  /** Whether metrics are exported. Default: true. */
  readonly metrics?: boolean;
  /** Whether a span is created for each attempt of a check. Default: true. */
  readonly traces?: boolean;
  /**
   * Provider of the meter. Default: the global one at the initialisation of the application, so set the SDK up before.
   * Without an SDK the metrics are discarded.
   */
  readonly meterProvider?: MeterProvider;
  /** Provider of the tracer. Default: the global one. Without an SDK the spans are discarded. */
  readonly tracerProvider?: TracerProvider;
  /**
   * Upper bounds of the duration histogram, in seconds, in ascending order. A view of the SDK overrides them.
   * Default: 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5.
   */
  readonly buckets?: readonly number[];
  /**
   * Names of the `data` of indicators that is exported as `health.indicator.data` where it is a number. Default:
   * `['days_left']`, the days until a certificate expires.
   */
  readonly data?: readonly string[];
}

/** Options of `HealthOpenTelemetryModule.forRootAsync()`. */
export interface HealthOpenTelemetryAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthOpenTelemetryOptions>['useFactory'];
}

type Providers = Pick<HealthOpenTelemetryOptions, 'meterProvider' | 'tracerProvider'>;

/** The options with their defaults. Only the providers may be absent. */
export type OpenTelemetrySettings = Required<Omit<HealthOpenTelemetryOptions, keyof Providers>> & Providers;

export const PLACE = 'HealthOpenTelemetryModule.forRoot()';

const providerWith = <Provider>(method: string): Rule<Provider> => ({
  expected: `a provider of OpenTelemetry, with the method ${method}()`,
  accepts: (value) => hasMethods(value, method),
});

const RULES = {
  meterProvider: providerWith<MeterProvider>('getMeter'),
  tracerProvider: providerWith<TracerProvider>('getTracer'),
  metrics: flag,
  traces: flag,
  buckets: ascending,
  data: stringList,
} satisfies RuleTable<HealthOpenTelemetryOptions>;
const DEFAULTS = { metrics: true, traces: true, ...METRIC_DEFAULTS };

export const nothingToExport = (): ConfigurationFault => ({
  place: PLACE,
  problem: 'metrics and traces are both false, so the module has no effect',
  remedy: 'set at most one of them to false, or remove the module',
});

/** Checks the options. Throws one error with every configuration fault. */
export function resolveOpenTelemetryOptions(given: HealthOpenTelemetryOptions): OpenTelemetrySettings {
  const faults = new Faults();
  const reader = readerOf(given, faults.at(PLACE));
  const { meterProvider, tracerProvider, ...others } = reader.readAll(RULES, DEFAULTS);
  const settings: OpenTelemetrySettings = {
    ...others,
    ...(meterProvider && { meterProvider }),
    ...(tracerProvider && { tracerProvider }),
  };
  if (faults.isEmpty && !settings.metrics && !settings.traces) faults.add(nothingToExport());
  faults.throwIfAny();
  return settings;
}
