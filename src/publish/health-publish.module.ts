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
import { HealthPublish } from './health-publish.js';
import { type HealthPublishOptions, PLACE, resolvePublishOptions } from './publish-options.js';

/** Options of `HealthPublishModule.forRootAsync()`. */
export interface HealthPublishAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthPublishOptions>['useFactory'];
}

const MODULE = new ServiceModule<HealthPublishOptions, HealthPublish>({
  name: 'HealthPublishModule',
  place: PLACE,
  task: 'publish',
  example: '{ publishers: […] }',
  service: HealthPublish,
  create: (options, { monitor, endpoints }) => {
    const faults = new Faults();
    const publishers = resolvePublishOptions(options, monitor.probes, faults);
    faults.throwIfAny();
    return new HealthPublish(publishers, monitor, endpoints, new Logger('Health'));
  },
});

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
    return MODULE.forRoot(HealthPublishModule, options);
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync(options: HealthPublishAsyncOptions): DynamicModule {
    return MODULE.forRootAsync(HealthPublishModule, options);
  }

  onModuleInit(): void {
    MODULE.configured(this.publish);
  }

  onApplicationBootstrap(): void {
    this.publish?.start();
  }

  /** The drain sends the final messages when it begins, so most are sent by now. */
  async onModuleDestroy(): Promise<void> {
    await this.publish?.stop();
  }
}
