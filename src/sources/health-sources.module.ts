import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
  type Provider,
} from '@nestjs/common';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { healthModuleMissing, moduleNotConfigured } from '../errors/messages.js';
import { SOURCE_OPTIONS, type SourceOptions } from '../extension/source-options.js';
import { optionsFactory, presentOptions } from '../options/factory-options.js';
import { HealthSources } from './health-sources.js';
import { type HealthSourcesOptions, PLACE, resolveSourcesOptions } from './sources-options.js';

/** Options of `HealthSourcesModule.forRootAsync()`. */
export interface HealthSourcesAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthSourcesOptions>['useFactory'];
}

const MODULE = 'HealthSourcesModule';
const OPTIONS = Symbol('options of HealthSourcesModule');

/**
 * Takes options of indicators from sources outside the process, while the application runs. Import it together with
 * `HealthModule.forRoot()`. It exports `HealthSources`, whose `state` shows what each source says.
 *
 * @example
 * HealthSourcesModule.forRootAsync({
 *   inject: [REDIS],
 *   useFactory: (client: Redis) => ({ sources: [storeSource({ store: redisStore({ client }), prefix: 'config-orders/' })] }),
 * })
 */
@Module({})
export class HealthSourcesModule implements OnModuleInit, OnModuleDestroy {
  constructor(@Optional() @Inject(HealthSources) private readonly sources?: HealthSources) {}

  /** Configures the sources. Throws one error with every configuration fault when the application starts. */
  static forRoot(options: HealthSourcesOptions): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync({ imports = [], inject = [], useFactory }: HealthSourcesAsyncOptions): DynamicModule {
    return configure({ provide: OPTIONS, useFactory: optionsFactory(MODULE, useFactory), inject }, imports);
  }

  /** The indicators are registered by now, and no check runs yet. `sources` is undefined if the module is imported without `forRoot()`. */
  async onModuleInit(): Promise<void> {
    if (!this.sources) throw new HealthConfigurationError([moduleNotConfigured(MODULE)]);
    await this.sources.start();
  }

  onModuleDestroy(): void {
    this.sources?.stop();
  }
}

function configure(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return {
    module: HealthSourcesModule,
    imports,
    providers: [
      options,
      {
        provide: HealthSources,
        useFactory: createSources,
        inject: [OPTIONS, { token: SOURCE_OPTIONS, optional: true }],
      },
    ],
    exports: [HealthSources],
  };
}

function createSources(given: HealthSourcesOptions, target: SourceOptions | undefined): HealthSources {
  if (!target) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'configure')]);
  const settings = resolveSourcesOptions(presentOptions(MODULE, given, '{ sources: […] }'));
  return new HealthSources(settings, target, new Logger('Health'));
}
