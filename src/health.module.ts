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
import { applyDecorators, createHealthController } from './endpoints/health.controller.js';
import { Responder } from './endpoints/responder.js';
import { INDICATOR_RESULTS } from './clients/breaker/indicator-results.js';
import { INDICATOR_STAND_INS, type IndicatorStandIns, NO_STAND_INS } from './discovery/stand-ins.js';
import { HealthConfigurationError } from './errors/configuration.error.js';
import { asyncOptionsIncomplete, moduleImportedBare, moduleImportedTwice } from './errors/messages.js';
import { HealthRuntime } from './health.runtime.js';
import { HealthService } from './health.service.js';
import { HEALTH_ENDPOINTS } from './extension/health-endpoints.js';
import { HEALTH_MONITOR } from './extension/health-monitor.js';
import { HEALTH_REPORTS } from './extension/health-reports.js';
import type { ClassOrMethodDecorator, HealthModuleOptions } from './options/health-module-options.js';

/** A class that creates the options, for `useClass` and `useExisting`. */
export interface HealthOptionsFactory {
  createHealthOptions(): HealthModuleOptions | Promise<HealthModuleOptions>;
}

/** Options of `HealthModule.forRootAsync()`. Give exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface HealthModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What is handed to `useFactory`. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory?: FactoryProvider<HealthModuleOptions>['useFactory'];
  readonly useClass?: Type<HealthOptionsFactory>;
  readonly useExisting?: Type<HealthOptionsFactory>;
  /** As in `HealthModuleOptions`, for decorators that bring classes along (`UseGuards`), which Nest must know before factories run. */
  readonly decorators?: readonly ClassOrMethodDecorator[];
}

/** These are the same in every copy of the package. */
const OPTIONS = Symbol.for('nest-vitals:options');
const MARK = Symbol.for('nest-vitals:health-module');

/**
 * Comes before every other module in the order in which Nest runs `onModuleInit`, which goes by distance from the root:
 * a faulty configuration stops the application before anything else has begun to work.
 */
@Module({})
class HealthDiscoveryModule implements OnModuleInit {
  constructor(
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HealthRuntime) private readonly runtime: HealthRuntime,
  ) {
    placeAt(modules, HealthDiscoveryModule, Infinity);
  }

  async onModuleInit(): Promise<void> {
    const ours = [...this.modules.values()].filter(({ metatype }) => MARK in metatype);
    const faults = [];
    if (ours.filter(isConfigured).length > 1) faults.push(moduleImportedTwice(importers(this.modules, 'configured')));
    if (!ours.every(isConfigured)) faults.push(moduleImportedBare(importers(this.modules, 'bare')));
    if (faults.length > 0) throw new HealthConfigurationError(faults);
    await this.runtime.discover();
  }
}

/** Health checks for the application: import `HealthModule.forRoot()` once, in the root module. The module is global. */
@Module({})
export class HealthModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  static readonly [MARK] = true;

  constructor(
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Optional() @Inject(HealthRuntime) private readonly runtime?: HealthRuntime,
  ) {
    // The outermost edge of the application: bootstrapped after all other modules, and destroyed before them.
    placeAt(modules, HealthModule, -1);
  }

  static forRoot(options: HealthModuleOptions = {}): DynamicModule {
    const { decorators, ...rest } = { ...options };
    // A list with anything else in it is left where it is, for the fault to be found with all others.
    const isUsable = Array.isArray(decorators) && decorators.every((decorator) => typeof decorator === 'function');
    return configure({ provide: OPTIONS, useValue: isUsable ? rest : options }, isUsable ? decorators : []);
  }

  static forRootAsync(options: HealthModuleAsyncOptions): DynamicModule {
    const { imports = [], inject = [], useFactory, useClass, useExisting, decorators = [] } = options;
    const factory = useClass ?? useExisting;
    if (useFactory) return configure({ provide: OPTIONS, useFactory, inject }, decorators, imports);
    if (!factory) throw new HealthConfigurationError([asyncOptionsIncomplete()]);
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
    if (adapter) this.runtime?.registerAliases(adapter);
  }

  onModuleInit(): void {
    if (!this.runtime) throw new HealthConfigurationError([moduleImportedBare(importers(this.modules, 'bare'))]);
    const adapter = this.adapterHost.httpAdapter;
    if (adapter) this.runtime.attach(adapter);
  }

  onApplicationBootstrap(): void {
    this.runtime?.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.runtime?.stop();
  }
}

function configure(
  options: Provider<HealthModuleOptions>,
  decorators: readonly ClassOrMethodDecorator[],
  imports: ModuleMetadata['imports'] = [],
  providers: Provider[] = [],
): DynamicModule {
  const controller = createHealthController();
  applyDecorators(controller, decorators);
  return {
    module: HealthModule,
    global: true,
    imports: [...imports, HealthDiscoveryModule],
    controllers: [controller],
    providers: [
      ...providers,
      options,
      {
        provide: HealthRuntime,
        useFactory: (given: HealthModuleOptions, modules: ModulesContainer, standIns: IndicatorStandIns) =>
          new HealthRuntime(
            given,
            controller,
            modules,
            [...modules.values()].filter(isConfigured).length === 1,
            standIns,
          ),
        inject: [OPTIONS, ModulesContainer, INDICATOR_STAND_INS],
      },
      { provide: HealthService, useFactory: (runtime: HealthRuntime) => runtime.service, inject: [HealthRuntime] },
      { provide: INDICATOR_STAND_INS, useValue: NO_STAND_INS },
      { provide: HEALTH_REPORTS, useFactory: (runtime: HealthRuntime) => runtime.service, inject: [HealthRuntime] },
      { provide: INDICATOR_RESULTS, useFactory: (runtime: HealthRuntime) => runtime.results, inject: [HealthRuntime] },
      { provide: HEALTH_MONITOR, useFactory: (runtime: HealthRuntime) => runtime.monitor, inject: [HealthRuntime] },
      { provide: HEALTH_ENDPOINTS, useFactory: (runtime: HealthRuntime) => runtime.endpoints, inject: [HealthRuntime] },
      { provide: Responder, useFactory: (runtime: HealthRuntime) => runtime.responder, inject: [HealthRuntime] },
    ],
    exports: [HealthService, HealthRuntime, HEALTH_MONITOR, HEALTH_ENDPOINTS, HEALTH_REPORTS, INDICATOR_RESULTS],
  };
}

/**
 * Nest runs lifecycle hooks in the order of the modules' distances, which it reads once, before the first hook: a
 * module may set its own as long as it is being created.
 */
function placeAt(modules: ModulesContainer, metatype: Type, distance: number): void {
  for (const module of modules.values()) if (module.metatype === metatype) module.distance = distance;
}

type Module = ModulesContainer extends Map<string, infer M> ? M : never;

function isConfigured({ providers }: Module): boolean {
  return providers.has(OPTIONS);
}

/**
 * The modules that name this one among their imports, configured or as the bare class. They are read from the decorators:
 * in the container every module imports a global one.
 */
function importers(modules: ModulesContainer, kind: 'configured' | 'bare'): string[] {
  const names = [...modules.values()]
    .filter(({ metatype }) => declaredImports(metatype).some((imported) => kindOf(imported) === kind))
    .map(({ metatype }) => metatype.name);
  return names.length > 0 ? names : ['a dynamic module'];
}

function declaredImports(metatype: Type): readonly unknown[] {
  return (Reflect.getMetadata('imports', metatype) as readonly unknown[] | undefined) ?? [];
}

function kindOf(imported: unknown): 'configured' | 'bare' | undefined {
  if (typeof imported === 'function') return MARK in imported ? 'bare' : undefined;
  const isDynamic = typeof imported === 'object' && imported !== null && 'module' in imported;
  return isDynamic && kindOf(imported.module) ? 'configured' : undefined;
}
