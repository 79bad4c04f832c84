import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
  type Provider,
} from '@nestjs/common';
import { formatRaw } from '../../core/raw-error.js';
import { loadPeer } from '../../clients/load-peer.js';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import { healthModuleMissing } from '../../errors/messages.js';
import { optionsFactory, presentOptions } from '../../options/factory-options.js';
import type { EndpointResponse } from '../../extension/endpoint-response.js';
import { type EndpointDescription, HEALTH_ENDPOINTS, type HealthEndpoints } from '../../extension/health-endpoints.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../../extension/health-monitor.js';
import type { HealthRequest } from '../../options/health-module-options.js';
import { type Exposition, type ReadableRegistry, expose, prefersOpenMetrics } from './exposition.js';
import { HealthMetrics } from './health-metrics.js';
import type { PromClient } from './prom-client.js';
import {
  type HealthPrometheusAsyncOptions,
  type HealthPrometheusOptions,
  PLACE,
  PROMETHEUS_DEFAULTS,
  resolvePrometheusOptions,
} from './prometheus-options.js';

const OPTIONS = Symbol('options of HealthPrometheusModule');
const CLIENT = Symbol('prom-client');

const UNREADABLE =
  'The registry of the application cannot be read. /health/metrics shows only the metrics of nest-vitals:';

/**
 * Exports the metrics of the health of the application for Prometheus, at `/health/metrics`. Import it together with
 * `HealthModule.forRoot()`. Reading the metrics runs no check.
 *
 * @example
 * @Module({ imports: [HealthModule.forRoot(), HealthPrometheusModule.forRoot()] })
 * export class AppModule {}
 */
@Module({})
export class HealthPrometheusModule implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('Health');
  #stop: () => void = () => undefined;
  #isUnreadable = false;

  constructor(
    @Optional() @Inject(OPTIONS) private readonly options: HealthPrometheusOptions | undefined,
    // Absent, like the options, if the module is imported without forRoot().
    @Optional() @Inject(CLIENT) private readonly client: PromClient,
    @Optional() @Inject(HEALTH_MONITOR) private readonly monitor?: HealthMonitor,
    @Optional() @Inject(HEALTH_ENDPOINTS) private readonly endpoints?: HealthEndpoints,
  ) {
    const endpoint = endpointOf(options);
    if (endpoint) endpoints?.describe(endpoint);
  }

  /** Configures the export. Throws one error with every configuration fault when the application starts. */
  static forRoot(options: HealthPrometheusOptions = {}): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync({ imports, inject = [], useFactory }: HealthPrometheusAsyncOptions): DynamicModule {
    return configure(
      { provide: OPTIONS, useFactory: optionsFactory('HealthPrometheusModule', useFactory), inject },
      imports,
    );
  }

  onModuleInit(): void {
    if (!this.monitor || !this.endpoints) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'measure')]);
    const settings = resolvePrometheusOptions(presentOptions('HealthPrometheusModule', this.options));
    const { registry, endpoint, access } = settings;
    const metrics = new HealthMetrics(this.client, settings, this.monitor);
    if (registry) metrics.addTo(registry);
    if (endpoint) {
      const respond = (request: HealthRequest): Promise<EndpointResponse> => this.#respond(metrics, registry, request);
      this.endpoints.add({ name: 'metrics', access, respond });
    }
    const stopListening = metrics.listen();
    this.#stop = () => {
      stopListening();
      if (registry) metrics.removeFrom(registry);
    };
  }

  onApplicationShutdown(): void {
    this.#stop();
  }

  /** If a metric of the application cannot be read, the response still contains the metrics of nest-vitals. */
  async #respond(
    { registry: own }: HealthMetrics,
    registry: ReadableRegistry = own,
    { headers: { accept } }: HealthRequest,
  ): Promise<EndpointResponse> {
    const asOpenMetrics = prefersOpenMetrics(typeof accept === 'string' ? accept : '');
    try {
      const exposition = await expose(this.client, registry, asOpenMetrics);
      this.#isUnreadable = false;
      return responseWith(exposition);
    } catch (fault) {
      if (!this.#isUnreadable) this.#logger.error(`${UNREADABLE}\n${formatRaw(fault)}`);
      this.#isUnreadable = true;
      return responseWith(await expose(this.client, own, asOpenMetrics));
    }
  }
}

/** Runs before the options are checked: onModuleInit reports their configuration faults. */
function endpointOf(options: HealthPrometheusOptions | null | undefined): EndpointDescription | undefined {
  const { endpoint, access } = { ...PROMETHEUS_DEFAULTS, ...options };
  if (!endpoint) return undefined;
  return {
    name: 'metrics',
    access,
    summary: 'Metrics for Prometheus',
    description: 'Metrics of the health of the application. Reading them runs no check.',
    responses: [
      { statusCode: 200, description: 'The metrics.', mediaTypes: ['text/plain', 'application/openmetrics-text'] },
    ],
  };
}

function responseWith({ contentType, body }: Exposition): EndpointResponse {
  return { statusCode: 200, contentType, headers: { vary: 'Accept' }, body };
}

function configure(options: Provider<HealthPrometheusOptions>, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return {
    module: HealthPrometheusModule,
    imports,
    providers: [
      options,
      {
        provide: CLIENT,
        useFactory: () => loadPeer('HealthPrometheusModule', 'prom-client', () => import('prom-client')),
      },
    ],
  };
}
