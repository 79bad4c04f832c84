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
  type Provider,
} from '@nestjs/common';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { moduleNotConfigured } from '../errors/messages.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import { type HealthAlertsOptions, resolveAlertsOptions } from './alerts-options.js';
import { HealthAlerts } from './health-alerts.js';

/** Options of `HealthAlertsModule.forRootAsync()`. */
export interface HealthAlertsAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What is handed to `useFactory`. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<HealthAlertsOptions>['useFactory'];
}

const OPTIONS = Symbol('options');

const healthModuleMissing = (): ConfigurationFault => ({
  place: 'HealthAlertsModule',
  problem: 'HealthModule is not imported, so there are no changes to send alerts about',
  remedy: 'import HealthModule.forRoot() in the root module',
});

/** Sends alerts when indicators or probes go down, and when they are back. Import it beside `HealthModule.forRoot()`. */
@Module({})
export class HealthAlertsModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Optional() @Inject(HealthAlerts) private readonly alerts?: HealthAlerts) {}

  static forRoot(options: HealthAlertsOptions): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: HealthAlertsAsyncOptions): DynamicModule {
    return configure({ provide: OPTIONS, useFactory, inject }, imports);
  }

  /** Without alerts the module is imported as the bare class. */
  onModuleInit(): void {
    if (!this.alerts) throw new HealthConfigurationError([moduleNotConfigured('HealthAlertsModule')]);
  }

  onApplicationBootstrap(): void {
    this.alerts?.warnOfUnknown();
  }

  /** After that of HealthModule: the drain is over, and what it brought is waiting. */
  async onModuleDestroy(): Promise<void> {
    await this.alerts?.stop();
  }
}

function configure(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return {
    module: HealthAlertsModule,
    imports,
    providers: [
      options,
      {
        provide: HealthAlerts,
        useFactory: createAlerts,
        inject: [OPTIONS, { token: HEALTH_MONITOR, optional: true }],
      },
    ],
  };
}

function createAlerts(options: HealthAlertsOptions, monitor: HealthMonitor | undefined): HealthAlerts {
  if (!monitor) throw new HealthConfigurationError([healthModuleMissing()]);
  const faults: ConfigurationFault[] = [];
  const settings = resolveAlertsOptions(options, monitor.probes, faults);
  if (faults.length > 0) throw new HealthConfigurationError(faults);
  return new HealthAlerts(settings, monitor, new Logger('Health'));
}
