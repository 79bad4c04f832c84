import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
  type Provider,
} from '@nestjs/common';
import { formatRaw } from '../core/raw-error.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { healthModuleMissing } from '../errors/messages.js';
import { optionsFactory, presentOptions } from '../options/factory-options.js';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../extension/health-endpoints.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import {
  type HealthDashboardAsyncOptions,
  type HealthDashboardOptions,
  PLACE,
  resolveDashboardOptions,
} from './dashboard-options.js';
import { describeDashboard } from './describe-dashboard.js';
import { HealthDashboard } from './health-dashboard.js';

const OPTIONS = Symbol('options of HealthDashboardModule');

/**
 * Adds a page for people. Import `HealthDashboardModule.forRoot()` in addition to `HealthModule.forRoot()`, and open
 * `/health/deep` or `/health/dashboard` in a browser. The access rules are those of `deep`.
 */
@Module({})
export class HealthDashboardModule implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger('Health');
  #dashboard: HealthDashboard | undefined;
  #hasFailed = false;

  constructor(
    @Optional() @Inject(OPTIONS) private readonly options?: HealthDashboardOptions,
    @Optional() @Inject(HEALTH_MONITOR) private readonly monitor?: HealthMonitor,
    @Optional() @Inject(HEALTH_ENDPOINTS) private readonly endpoints?: HealthEndpoints,
  ) {
    if (endpoints && options) describeDashboard(endpoints, options);
  }

  static forRoot(options: HealthDashboardOptions = {}): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  static forRootAsync({ imports, inject = [], useFactory }: HealthDashboardAsyncOptions): DynamicModule {
    return configure(
      { provide: OPTIONS, useFactory: optionsFactory('HealthDashboardModule', useFactory), inject },
      imports,
    );
  }

  onModuleInit(): void {
    if (!this.monitor || !this.endpoints) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'show')]);
    const settings = resolveDashboardOptions(presentOptions('HealthDashboardModule', this.options));
    this.#dashboard = new HealthDashboard(settings, this.monitor, this.endpoints, (fault) => this.#logOnce(fault));
    this.#dashboard.install();
  }

  /** Runs after the same hook of HealthModule: the drain has ended, and every page has its last event. */
  onModuleDestroy(): void {
    this.#dashboard?.stop();
  }

  /** Logs the first error only, because an error that recurs at every change would fill the log. */
  #logOnce(fault: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#logger.error(`The health page cannot be updated:\n${formatRaw(fault)}`);
  }
}

function configure(options: Provider<HealthDashboardOptions>, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return { module: HealthDashboardModule, imports, providers: [options] };
}
