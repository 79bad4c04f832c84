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
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../extension/health-endpoints.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import { optionsFactory, presentOptions } from '../options/factory-options.js';
import { Faults } from '../options/faults.js';
import { HealthPublish } from './health-publish.js';
import { type HealthPublishOptions, PLACE, resolvePublishOptions } from './publish-options.js';

/** Options of `HealthPublishModule.forRootAsync()`. */
export interface HealthPublishAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthPublishOptions>['useFactory'];
}

const MODULE = 'HealthPublishModule';
const OPTIONS = Symbol('options of HealthPublishModule');

/**
 * Sends the health of the application to other systems: periodically, on change, and when the shutdown begins. Import it
 * together with `HealthModule.forRoot()`.
 *
 * @example
 * HealthPublishModule.forRoot({ publishers: [healthchecksIo({ url: 'https://hc-ping.com/…' })] })
 */
@Module({})
export class HealthPublishModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Optional() @Inject(HealthPublish) private readonly publish?: HealthPublish) {}

  /** Configures the publishers. Throws one error with every configuration fault when the application starts. */
  static forRoot(options: HealthPublishOptions): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync({ imports = [], inject = [], useFactory }: HealthPublishAsyncOptions): DynamicModule {
    return configure({ provide: OPTIONS, useFactory: optionsFactory(MODULE, useFactory), inject }, imports);
  }

  /** `publish` is undefined if the module is imported without `forRoot()`. */
  onModuleInit(): void {
    if (!this.publish) throw new HealthConfigurationError([moduleNotConfigured(MODULE)]);
  }

  onApplicationBootstrap(): void {
    this.publish?.start();
  }

  /** The drain sends the final messages when it begins, so most are sent by now. */
  async onModuleDestroy(): Promise<void> {
    await this.publish?.stop();
  }
}

function configure(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return {
    module: HealthPublishModule,
    imports,
    providers: [
      options,
      {
        provide: HealthPublish,
        useFactory: createPublish,
        inject: [OPTIONS, { token: HEALTH_MONITOR, optional: true }, { token: HEALTH_ENDPOINTS, optional: true }],
      },
    ],
  };
}

function createPublish(
  given: HealthPublishOptions,
  monitor: HealthMonitor | undefined,
  endpoints: HealthEndpoints | undefined,
): HealthPublish {
  if (!monitor || !endpoints) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'publish')]);
  const options = presentOptions(MODULE, given, '{ publishers: […] }');
  const faults = new Faults();
  const publishers = resolvePublishOptions(options, monitor.probes, faults);
  faults.throwIfAny();
  return new HealthPublish(publishers, monitor, endpoints, new Logger('Health'));
}
