import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { METRIC_DEFAULTS } from '../../metrics/metric-defaults.js';
import { readerOf } from '../../options/option-reader.js';
import { type Rule, ascending, flag, stringList } from '../../options/rules.js';

/** Options of `HealthOpenTelemetryModule.forRoot()`. */
export interface HealthOpenTelemetryOptions {
  /** False: no metrics. Default: true. */
  readonly metrics?: boolean;
  /** False: no spans. Default: true. */
  readonly traces?: boolean;
  /**
   * Where the metrics go. Default: the global one, as it is when the application is initialised: set the SDK up before
   * that. Without one, metrics go nowhere.
   */
  readonly meterProvider?: MeterProvider;
  /** Where the spans go. Default: the global one. Without one, spans go nowhere. */
  readonly tracerProvider?: TracerProvider;
  /**
   * The upper bounds of the histogram of durations, in seconds, ascending: an advice, which a view of the SDK overrides.
   * Default: 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5.
   */
  readonly buckets?: readonly number[];
  /**
   * The names of what indicators report as `data` that is exported where it is a number, as `health.indicator.data`.
   * Default: `days_left`, which is when a certificate expires.
   */
  readonly data?: readonly string[];
}

/** Options of `HealthOpenTelemetryModule.forRootAsync()`. */
export interface HealthOpenTelemetryAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What is handed to `useFactory`. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<HealthOpenTelemetryOptions>['useFactory'];
}

type Providers = Pick<HealthOpenTelemetryOptions, 'meterProvider' | 'tracerProvider'>;

/** The options, with a value for each but the providers. */
export type OpenTelemetrySettings = Required<Omit<HealthOpenTelemetryOptions, keyof Providers>> & Providers;

export const PLACE = 'HealthOpenTelemetryModule.forRoot()';
const DEFAULTS: OpenTelemetrySettings = {
  metrics: true,
  traces: true,
  ...METRIC_DEFAULTS,
};

const having = (method: string, expected: string): Rule => ({
  expected,
  accepts: (value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function',
});

export const nothingToExport = (): ConfigurationFault => ({
  place: PLACE,
  problem: 'both metrics and traces are false, so it does nothing',
  remedy: 'leave one of them on, or do not import it',
});

/** Checks the options. Throws one error with everything that is wrong. */
export function resolveOpenTelemetryOptions(given: HealthOpenTelemetryOptions): OpenTelemetrySettings {
  const faults: ConfigurationFault[] = [];
  const reader = readerOf(PLACE, given, faults);
  reader.refuseUnknown(['meterProvider', 'tracerProvider', ...Object.keys(DEFAULTS)]);
  const provider = <Name extends keyof Providers>(name: Name, method: string): Pick<Providers, Name> => {
    const rule = having(method, `a provider of OpenTelemetry, with a method ${method}()`);
    const own = reader.read<unknown>(name, rule, undefined);
    return (own === undefined ? {} : { [name]: own }) as Pick<Providers, Name>;
  };
  const settings: OpenTelemetrySettings = {
    ...provider('meterProvider', 'getMeter'),
    ...provider('tracerProvider', 'getTracer'),
    metrics: reader.read('metrics', flag, DEFAULTS.metrics),
    traces: reader.read('traces', flag, DEFAULTS.traces),
    buckets: reader.read('buckets', ascending, DEFAULTS.buckets),
    data: reader.read('data', stringList, DEFAULTS.data),
  };
  if (faults.length === 0 && !settings.metrics && !settings.traces) faults.push(nothingToExport());
  if (faults.length > 0) throw new HealthConfigurationError(faults);
  return settings;
}
