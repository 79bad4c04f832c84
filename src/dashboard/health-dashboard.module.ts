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
import { healthModuleMissing, moduleNotConfigured } from '../errors/messages.js';
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
 * A page of the application's health, for people: import `HealthDashboardModule.forRoot()` beside
 * `HealthModule.forRoot()`, and open `/health/deep` or `/health/dashboard`. The same rules of access hold as for `deep`.
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
    return configure({ provide: OPTIONS, useFactory, inject }, imports);
  }

  onModuleInit(): void {
    if (!this.monitor || !this.endpoints) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'show')]);
    if (this.options === undefined) throw new HealthConfigurationError([moduleNotConfigured('HealthDashboardModule')]);
    const settings = resolveDashboardOptions(this.options);
    this.#dashboard = new HealthDashboard(settings, this.monitor, this.endpoints, (fault) => this.#tell(fault));
    this.#dashboard.install();
  }

  /** After that of HealthModule: the drain is over, and every page has been told. */
  onModuleDestroy(): void {
    this.#dashboard?.stop();
  }

  /** Once: what fails at every change would fill the log. */
  #tell(fault: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#logger.error(`The health page cannot be kept up to date:\n${formatRaw(fault)}`);
  }
}

function configure(options: Provider<HealthDashboardOptions>, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return { module: HealthDashboardModule, imports, providers: [options] };
}
