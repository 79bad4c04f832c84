import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { ServiceModule } from '../extension/service-module.js';
import { Faults } from '../options/faults.js';
import { type HealthAlertsOptions, resolveAlertsOptions } from './alerts-options.js';
import { HealthAlerts } from './health-alerts.js';

/** Options of `HealthAlertsModule.forRootAsync()`. */
export interface HealthAlertsAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthAlertsOptions>['useFactory'];
}

const MODULE = new ServiceModule<HealthAlertsOptions, HealthAlerts>({
  name: 'HealthAlertsModule',
  place: 'HealthAlertsModule',
  task: 'observe',
  example: '{ targets: […] }',
  service: HealthAlerts,
  create: (options, { monitor }) => {
    const faults = new Faults();
    const settings = resolveAlertsOptions(options, monitor.probes, faults);
    faults.throwIfAny();
    return new HealthAlerts(settings, monitor, new Logger('Health'));
  },
});

/**
 * Sends messages to webhooks and by e-mail when an indicator or a probe goes down, and when it recovers. Import it together with
 * `HealthModule.forRoot()`.
 *
 * @example
 * HealthAlertsModule.forRoot({ targets: [webhook({ url: 'https://example.com/alerts' })] })
 */
@Module({})
export class HealthAlertsModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Optional() @Inject(HealthAlerts) private readonly alerts?: HealthAlerts) {}

  /** Configures the alerts. Throws one error with every configuration fault when the application starts. */
  static forRoot(options: HealthAlertsOptions): DynamicModule {
    return MODULE.forRoot(HealthAlertsModule, options);
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync(options: HealthAlertsAsyncOptions): DynamicModule {
    return MODULE.forRootAsync(HealthAlertsModule, options);
  }

  onModuleInit(): void {
    MODULE.configured(this.alerts).start();
  }

  onApplicationBootstrap(): void {
    this.alerts?.warnAboutUnknown();
  }

  /** Runs after the same hook of HealthModule: the drain is over, and its last changes are in the queue. */
  async onModuleDestroy(): Promise<void> {
    await this.alerts?.stop();
  }
}
