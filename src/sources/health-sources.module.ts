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
} from '@nestjs/common';
import { ServiceModule } from '../extension/service-module.js';
import { type OptionParts, SOURCE_OPTIONS } from '../extension/source-options.js';
import { HealthSources } from './health-sources.js';
import { SourceLayer } from './source-layer.js';
import { type HealthSourcesOptions, PLACE, resolveSourcesOptions } from './sources-options.js';

/** Options of `HealthSourcesModule.forRootAsync()`. */
export interface HealthSourcesAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthSourcesOptions>['useFactory'];
}

const MODULE = new ServiceModule<HealthSourcesOptions, HealthSources, [OptionParts]>({
  name: 'HealthSourcesModule',
  place: PLACE,
  task: 'configure',
  example: '{ sources: […] }',
  service: HealthSources,
  inject: [{ token: SOURCE_OPTIONS, optional: true }],
  create: (options, { monitor }, parts) => {
    const settings = resolveSourcesOptions(options);
    const { name: service } = monitor.peek('live').service_info;
    return new HealthSources({ ...settings, service }, new SourceLayer(parts), new Logger('Health'));
  },
});

/**
 * Takes options of indicators from sources outside the process, while the application runs. Import it together with
 * `HealthModule.forRoot()`. It exports `HealthSources`, whose `state` has the entries of each source.
 *
 * @example
 * HealthSourcesModule.forRootAsync({
 *   inject: [Etcd3],
 *   useFactory: (client: Etcd3) => ({ sources: [storeSource({ store: etcdStore({ client }), prefix: 'config/' })] }),
 * })
 */
@Module({})
export class HealthSourcesModule implements OnModuleInit, OnModuleDestroy {
  constructor(@Optional() @Inject(HealthSources) private readonly sources?: HealthSources) {}

  /** Configures the sources. Throws one error with every configuration fault when the application starts. */
  static forRoot(options: HealthSourcesOptions): DynamicModule {
    return MODULE.forRoot(HealthSourcesModule, options);
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync(options: HealthSourcesAsyncOptions): DynamicModule {
    return MODULE.forRootAsync(HealthSourcesModule, options);
  }

  /** At this time the indicators are registered, and no check has run. `sources` is undefined if the module is imported without `forRoot()`. */
  async onModuleInit(): Promise<void> {
    await MODULE.configured(this.sources).start();
  }

  onModuleDestroy(): void {
    this.sources?.stop();
  }
}
