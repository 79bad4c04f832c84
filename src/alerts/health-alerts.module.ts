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
import { healthModuleMissing, moduleNotConfigured } from '../errors/messages.js';
import { optionsFactory, presentOptions } from '../options/factory-options.js';
import { Faults } from '../options/faults.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import { type HealthAlertsOptions, resolveAlertsOptions } from './alerts-options.js';
import { HealthAlerts } from './health-alerts.js';

/** Options of `HealthAlertsModule.forRootAsync()`. */
export interface HealthAlertsAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthAlertsOptions>['useFactory'];
}

const OPTIONS = Symbol('options');

const MODULE = 'HealthAlertsModule';

/**
 * Sends a message to webhooks when an indicator or a probe goes down, and when it recovers. Import it together with
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
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync({ imports = [], inject = [], useFactory }: HealthAlertsAsyncOptions): DynamicModule {
    return configure({ provide: OPTIONS, useFactory: optionsFactory(MODULE, useFactory), inject }, imports);
  }

  /** `alerts` is undefined if the module is imported without `forRoot()`. */
  onModuleInit(): void {
    if (!this.alerts) throw new HealthConfigurationError([moduleNotConfigured(MODULE)]);
  }

  onApplicationBootstrap(): void {
    this.alerts?.warnOfUnknown();
  }

  /** Runs after the same hook of HealthModule: the drain is over, and its last changes are in the queue. */
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

function createAlerts(given: HealthAlertsOptions, monitor: HealthMonitor | undefined): HealthAlerts {
  if (!monitor) throw new HealthConfigurationError([healthModuleMissing(MODULE, 'observe')]);
  const options = presentOptions(MODULE, given, '{ targets: […] }');
  const faults = new Faults();
  const settings = resolveAlertsOptions(options, monitor.probes, faults);
  faults.throwIfAny();
  return new HealthAlerts(settings, monitor, new Logger('Health'));
}
