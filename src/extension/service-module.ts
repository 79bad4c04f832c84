import type {
  DynamicModule,
  FactoryProvider,
  InjectionToken,
  ModuleMetadata,
  OptionalFactoryDependency,
  Provider,
  Type,
} from '@nestjs/common';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { healthModuleMissing, moduleNotConfigured } from '../errors/messages.js';
import { optionsFactory, presentOptions } from '../options/factory-options.js';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from './health-endpoints.js';
import { HEALTH_MONITOR, type HealthMonitor } from './health-monitor.js';

/** The services of `HealthModule` for a module that observes health. */
export interface ObservedHealth {
  readonly monitor: HealthMonitor;
  readonly endpoints: HealthEndpoints;
}

interface Description<Options, Service, Injected extends readonly unknown[]> {
  /** The name of the module. */
  readonly name: string;
  /** The place and the task of the module, for the fault that `HealthModule` is missing. */
  readonly place: string;
  readonly task: string;
  /** Options to return from a factory, for the fault that it returned none. */
  readonly example: string;
  readonly service: Type<Service>;
  /** More tokens, whose instances `create` receives. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  readonly create: (options: Options, health: ObservedHealth, ...injected: Injected) => Service;
}

interface AsyncOptions<Options> extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<Options>['useFactory'];
}

/** A module with `forRoot()` and `forRootAsync()` that provides one service, created from its options and `HealthModule`. */
export class ServiceModule<Options extends object, Service, Injected extends readonly unknown[] = []> {
  readonly #description: Description<Options, Service, Injected>;
  readonly #options = Symbol('options');

  constructor(description: Description<Options, Service, Injected>) {
    this.#description = description;
  }

  forRoot(module: Type, options: Options): DynamicModule {
    return this.#configure(module, { provide: this.#options, useValue: options });
  }

  forRootAsync(module: Type, { imports = [], inject = [], useFactory }: AsyncOptions<Options>): DynamicModule {
    const factory = optionsFactory(this.#description.name, useFactory);
    return this.#configure(module, { provide: this.#options, useFactory: factory, inject }, imports);
  }

  /** The service. Throws a `HealthConfigurationError` if there is none, because the module was imported without `forRoot()`. */
  configured(service: Service | undefined): Service {
    if (service === undefined) throw new HealthConfigurationError([moduleNotConfigured(this.#description.name)]);
    return service;
  }

  #configure(module: Type, options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
    const { service, inject = [] } = this.#description;
    return {
      module,
      imports,
      providers: [
        options,
        {
          provide: service,
          useFactory: (given: Options, monitor?: HealthMonitor, endpoints?: HealthEndpoints, ...injected: unknown[]) =>
            this.#create(given, monitor, endpoints, injected as unknown as Injected),
          inject: [
            this.#options,
            { token: HEALTH_MONITOR, optional: true },
            { token: HEALTH_ENDPOINTS, optional: true },
            ...inject,
          ],
        },
      ],
      exports: [service],
    };
  }

  #create(
    given: Options,
    monitor: HealthMonitor | undefined,
    endpoints: HealthEndpoints | undefined,
    injected: Injected,
  ): Service {
    const { name, place, task, example, create } = this.#description;
    if (!monitor || !endpoints) throw new HealthConfigurationError([healthModuleMissing(place, task)]);
    return create(presentOptions(name, given, example), { monitor, endpoints }, ...injected);
  }
}
