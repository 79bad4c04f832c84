import {
  type DynamicModule,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
  type Provider,
} from '@nestjs/common';
import { loadPeer } from '../../clients/load-peer.js';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import { healthModuleMissing } from '../../errors/messages.js';
import { optionsFactory, presentOptions } from '../../options/factory-options.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../../extension/health-monitor.js';
import { traceChecks } from './check-spans.js';
import { HealthInstruments } from './health-instruments.js';
import { type OpenTelemetryApi, SCOPE } from './opentelemetry-api.js';
import {
  type HealthOpenTelemetryAsyncOptions,
  type HealthOpenTelemetryOptions,
  PLACE,
  resolveOpenTelemetryOptions,
} from './opentelemetry-options.js';

const OPTIONS = Symbol('options of HealthOpenTelemetryModule');
const API = Symbol('@opentelemetry/api');

/**
 * Exports the metrics of the health of the application, and a span for each attempt of a check, with OpenTelemetry.
 * Import it together with `HealthModule.forRoot()`, and set the SDK up before the application starts. Collecting the
 * metrics runs no check.
 *
 * @example
 * @Module({ imports: [HealthModule.forRoot(), HealthOpenTelemetryModule.forRoot()] })
 * export class AppModule {}
 */
@Module({})
export class HealthOpenTelemetryModule implements OnModuleInit, OnApplicationShutdown {
  readonly #stops: (() => void)[] = [];

  constructor(
    @Optional() @Inject(OPTIONS) private readonly options: HealthOpenTelemetryOptions | undefined,
    // Absent, like the options, if the module is imported without forRoot().
    @Optional() @Inject(API) private readonly api: OpenTelemetryApi,
    @Optional() @Inject(HEALTH_MONITOR) private readonly monitor?: HealthMonitor,
  ) {}

  /** Configures the export. Throws one error with every configuration fault when the application starts. */
  static forRoot(options: HealthOpenTelemetryOptions = {}): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync({ imports, inject = [], useFactory }: HealthOpenTelemetryAsyncOptions): DynamicModule {
    return configure(
      { provide: OPTIONS, useFactory: optionsFactory('HealthOpenTelemetryModule', useFactory), inject },
      imports,
    );
  }

  onModuleInit(): void {
    if (!this.monitor) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'measure')]);
    const settings = resolveOpenTelemetryOptions(presentOptions('HealthOpenTelemetryModule', this.options));
    const { meterProvider = this.api.metrics.getMeterProvider(), tracerProvider = this.api.trace.getTracerProvider() } =
      settings;
    if (settings.metrics) {
      this.#stops.push(new HealthInstruments(meterProvider.getMeter(SCOPE), settings, this.monitor).listen());
    }
    if (settings.traces) {
      this.#stops.push(traceChecks(this.api, tracerProvider.getTracer(SCOPE), this.monitor));
    }
  }

  onApplicationShutdown(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}

function configure(
  options: Provider<HealthOpenTelemetryOptions>,
  imports: ModuleMetadata['imports'] = [],
): DynamicModule {
  return {
    module: HealthOpenTelemetryModule,
    imports,
    providers: [
      options,
      {
        provide: API,
        useFactory: () =>
          loadPeer('HealthOpenTelemetryModule', '@opentelemetry/api', () => import('@opentelemetry/api')),
      },
    ],
  };
}
