import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
  type Provider,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { type HealthParts, assemble } from './assemble.js';
import { INDICATOR_RESULTS } from './clients/breaker/indicator-results.js';
import {
  INDICATOR_REPLACEMENTS,
  type IndicatorReplacements,
  NO_REPLACEMENTS,
} from './discovery/indicator-replacements.js';
import { type EndpointHandlers, applyDecorators, createHealthController } from './endpoints/health.controller.js';
import { ENDPOINT_PARTS, SERVES_MAIN_PORT } from './endpoints/endpoint-parts.js';
import { Responder } from './endpoints/responder.js';
import { HealthConfigurationError } from './errors/configuration.error.js';
import { asyncOptionsIncomplete } from './errors/messages.js';
import { createdPerApplication } from './extension/created-per-application.js';
import { HEALTH_CONTROL } from './extension/health-control.js';
import { HEALTH_ENDPOINTS } from './extension/health-endpoints.js';
import { HEALTH_MONITOR } from './extension/health-monitor.js';
import { placeAt } from './extension/place-module.js';
import { REQUESTS_IN_FLIGHT } from './extension/requests-in-flight.js';
import { SOURCE_OPTIONS } from './extension/source-options.js';
import { HealthLifecycle } from './health.lifecycle.js';
import { HealthService } from './health.service.js';
import { HEALTH_MODULE, OPTIONS, bareImport, configuredModule, importFaults } from './module-imports.js';
import type { ClassOrMethodDecorator, HealthModuleOptions } from './options/health-module-options.js';

/** A class that creates the options, for `useClass` and `useExisting`. */
export interface HealthOptionsFactory {
  createHealthOptions(): HealthModuleOptions | Promise<HealthModuleOptions>;
}

/** Options of `HealthModule.forRootAsync()`. Give exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface HealthModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** The providers that are passed to `useFactory`, in this order. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory?: FactoryProvider<HealthModuleOptions>['useFactory'];
  /** A class that creates the options. The module creates its instance. */
  readonly useClass?: Type<HealthOptionsFactory>;
  /** A provider of an imported module that creates the options. */
  readonly useExisting?: Type<HealthOptionsFactory>;
  /**
   * Decorators of the controller, as in `HealthModuleOptions`. Decorators that name classes (`UseGuards`) must be given
   * here: Nest reads them before the factory has run. Default: none.
   */
  readonly decorators?: readonly ClassOrMethodDecorator[];
}

/** Not exported by the module. */
const PARTS = Symbol('health parts');

/**
 * Comes first when Nest runs `onModuleInit`, in order of the distance from the root module: a faulty configuration stops
 * the application before any other module has begun to work.
 */
@Module({})
class HealthDiscoveryModule implements OnModuleInit {
  constructor(
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HealthLifecycle) private readonly lifecycle: HealthLifecycle,
  ) {
    placeAt(modules, HealthDiscoveryModule, Infinity);
  }

  async onModuleInit(): Promise<void> {
    const faults = importFaults(this.modules);
    if (faults.length > 0) throw new HealthConfigurationError(faults);
    await this.lifecycle.discover();
  }
}

/**
 * Health checks for the application. Import `HealthModule.forRoot()` once, in the root module. The module is global:
 * `HealthService` can be injected everywhere.
 */
@Module({})
export class HealthModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  static readonly [HEALTH_MODULE] = true;

  constructor(
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Optional() @Inject(HealthLifecycle) private readonly lifecycle?: HealthLifecycle,
  ) {
    // The outermost module: bootstrapped after all others, and destroyed before them.
    placeAt(modules, HealthModule, -1);
  }

  /**
   * Configures the module with options that are known when the file is loaded. Without options it serves `/health/live`,
   * `/health/ready`, `/health/startup` and `/health/deep` for every indicator of the application. Environment variables
   * can set most options too. Faulty options stop the start of the application with one `HealthConfigurationError` that
   * names each fault and its remedy.
   *
   * @example
   * HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' } })
   */
  static forRoot(options: HealthModuleOptions = {}): DynamicModule {
    const { decorators, ...rest } = { ...options };
    // A faulty list stays in the options, so that the error reports it together with the other faults.
    const isUsable = Array.isArray(decorators) && decorators.every((decorator) => typeof decorator === 'function');
    return configure({ provide: OPTIONS, useValue: isUsable ? rest : options }, isUsable ? decorators : []);
  }

  /**
   * Configures the module with options that depend on other providers, such as a configuration service. Throws a
   * `HealthConfigurationError` unless one of `useFactory`, `useClass` and `useExisting` is given.
   *
   * @example
   * HealthModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ path: config.getOrThrow('HEALTH_PATH') }),
   * })
   */
  static forRootAsync(options: HealthModuleAsyncOptions): DynamicModule {
    const { imports = [], inject = [], useFactory, useClass, useExisting, decorators = [] } = options;
    const factory = useClass ?? useExisting;
    if (useFactory) return configure({ provide: OPTIONS, useFactory, inject }, decorators, imports);
    if (!factory)
      throw new HealthConfigurationError([
        asyncOptionsIncomplete('HealthModule.forRootAsync()', 'one of useFactory, useClass, useExisting'),
      ]);
    return configure(
      {
        provide: OPTIONS,
        useFactory: (created: HealthOptionsFactory) => created.createHealthOptions(),
        inject: [factory],
      },
      decorators,
      imports,
      useClass ? [useClass] : [],
    );
  }

  /** Nest calls it after the middleware of main.ts and before it registers routes. */
  configure(): void {
    const adapter = this.adapterHost.httpAdapter;
    if (adapter) this.lifecycle?.registerAliases(adapter);
  }

  onModuleInit(): void {
    if (!this.lifecycle) throw new HealthConfigurationError([bareImport(this.modules)]);
    const adapter = this.adapterHost.httpAdapter;
    if (adapter) this.lifecycle.attach(adapter);
  }

  onApplicationBootstrap(): void {
    this.lifecycle?.start(this.adapterHost.httpAdapter);
  }

  async onModuleDestroy(): Promise<void> {
    await this.lifecycle?.stop();
  }
}

function configure(
  options: Provider<HealthModuleOptions>,
  decorators: readonly ClassOrMethodDecorator[],
  imports: ModuleMetadata['imports'] = [],
  providers: Provider[] = [],
): DynamicModule {
  return {
    module: HealthModule,
    global: true,
    imports: [...imports, HealthDiscoveryModule],
    // Nest keeps routes and decorators on the class, so each application needs a controller class of its own.
    controllers: createdPerApplication(() => {
      const controller = createHealthController();
      applyDecorators(controller, decorators);
      return [controller];
    }),
    providers: [
      ...providers,
      options,
      { provide: INDICATOR_REPLACEMENTS, useValue: NO_REPLACEMENTS },
      {
        provide: PARTS,
        useFactory: (
          given: HealthModuleOptions,
          modules: ModulesContainer,
          replacements: IndicatorReplacements,
          servesMainPort: boolean = true,
        ) => assemble(given, { modules, controller: controllerOf(modules), servesMainPort, replacements }),
        inject: [OPTIONS, ModulesContainer, INDICATOR_REPLACEMENTS, { token: SERVES_MAIN_PORT, optional: true }],
      },
      part(HealthLifecycle, 'lifecycle'),
      part(HealthService, 'service'),
      part(HEALTH_CONTROL, 'service'),
      part(Responder, 'responder'),
      part(ENDPOINT_PARTS, 'endpointParts'),
      part(HEALTH_ENDPOINTS, 'endpoints'),
      part(HEALTH_MONITOR, 'monitor'),
      part(INDICATOR_RESULTS, 'results'),
      part(REQUESTS_IN_FLIGHT, 'requestsInFlight'),
      part(SOURCE_OPTIONS, 'optionParts'),
    ],
    exports: [
      HealthLifecycle,
      HealthService,
      HEALTH_CONTROL,
      ENDPOINT_PARTS,
      HEALTH_ENDPOINTS,
      HEALTH_MONITOR,
      INDICATOR_RESULTS,
      REQUESTS_IN_FLIGHT,
      SOURCE_OPTIONS,
    ],
  };
}

function part(provide: NonNullable<FactoryProvider['provide']>, name: keyof HealthParts): Provider {
  return { provide, useFactory: (parts: HealthParts) => parts[name], inject: [PARTS] };
}

/**
 * The controller class that Nest has read for this application. Undefined when the module is imported twice or as a bare
 * class.
 */
function controllerOf(modules: ModulesContainer): Type<EndpointHandlers> | undefined {
  if (importFaults(modules).length > 0) return undefined;
  const [controller] = configuredModule(modules)?.controllers.keys() ?? [];
  return controller as Type<EndpointHandlers> | undefined;
}
