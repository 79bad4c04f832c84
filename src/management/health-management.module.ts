import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  Optional,
  type Provider,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import {
  ENDPOINT_PARTS,
  type EndpointParts,
  HAS_MANAGEMENT_PORT,
  SERVES_MAIN_PORT,
} from '../endpoints/endpoint-parts.js';
import { RequestHandler } from './health-handler.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { healthModuleMissing, moduleNotConfigured } from '../errors/messages.js';
import { createdPerApplication } from '../extension/created-per-application.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import { placeAt } from '../extension/place-module.js';
import { optionsFactory } from '../options/factory-options.js';
import { HealthManagement } from './health-management.js';
import {
  type HealthManagementAsyncOptions,
  type HealthManagementOptions,
  PLACE,
  resolveManagementOptions,
} from './management-options.js';

/** A port that opens before the providers of an application are created. */
interface Opening {
  readonly management: HealthManagement;
  readonly servesMainPort: boolean;
  readonly isEnabled: boolean;
  readonly listening: Promise<void>;
}

const OPENING = Symbol('opening of the management port');

/**
 * Serves the health endpoints on a port of their own, from the first moment of the start to the end of the shutdown, and in
 * applications without HTTP. Import `HealthManagementModule.forRoot()` in addition to `HealthModule.forRoot()`.
 */
@Module({})
export class HealthManagementModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Optional() @Inject(HealthManagement) private readonly management?: HealthManagement,
    @Optional() @Inject(ENDPOINT_PARTS) private readonly parts?: EndpointParts,
    @Optional() @Inject(HEALTH_MONITOR) private readonly monitor?: HealthMonitor,
  ) {
    // Bootstrapped after HealthModule, when every other module has started.
    placeAt(modules, HealthManagementModule, -2);
    if (parts) management?.prepare(new RequestHandler(parts));
  }

  /**
   * Opens the port before the providers of the application are created. Faulty options throw one
   * `HealthConfigurationError` that names each fault and its remedy.
   *
   * @example
   * HealthManagementModule.forRoot({ port: 9090 })
   */
  static forRoot(options: HealthManagementOptions = {}): DynamicModule {
    // Faults are thrown here, where the stack shows the line.
    resolveManagementOptions(options, 0);
    return configure(() => ({ provide: OPENING, useValue: begin(options) }));
  }

  /** The same with options that depend on other providers. The port opens when they are known. */
  static forRootAsync({ imports, inject = [], useFactory }: HealthManagementAsyncOptions): DynamicModule {
    const given = optionsFactory<HealthManagementOptions>('HealthManagementModule', useFactory);
    return configure(
      () => ({
        provide: OPENING,
        inject,
        useFactory: async (...providers: unknown[]) => begin(await given(...providers)),
      }),
      imports,
    );
  }

  onApplicationBootstrap(): void {
    if (!this.management) throw new HealthConfigurationError([moduleNotConfigured('HealthManagementModule')]);
    if (!this.parts || !this.monitor) {
      throw new HealthConfigurationError([healthModuleMissing(PLACE, 'serve')]);
    }
    const adapter = this.adapterHost.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    this.management.open(this.monitor, adapter?.getHttpServer());
  }

  /** The last hook. The application's own server is closed by then. */
  async onApplicationShutdown(): Promise<void> {
    await this.management?.close();
  }
}

function begin(options: HealthManagementOptions): Opening {
  const settings = resolveManagementOptions(options);
  const management = new HealthManagement(settings, new Logger('Health'));
  const listening = management.listen();
  // The provider that waits for it reports the error.
  listening.catch(() => undefined);
  return { management, servesMainPort: settings.mainPort || !settings.enabled, isEnabled: settings.enabled, listening };
}

function configure(createOpening: () => Provider<Opening>, imports: ModuleMetadata['imports'] = []): DynamicModule {
  const provided: Provider[] = [
    {
      provide: HealthManagement,
      useFactory: async ({ management, listening }: Opening) => {
        await listening;
        return management;
      },
      inject: [OPENING],
    },
    { provide: HAS_MANAGEMENT_PORT, useFactory: ({ isEnabled }: Opening) => isEnabled, inject: [OPENING] },
    { provide: SERVES_MAIN_PORT, useFactory: ({ servesMainPort }: Opening) => servesMainPort, inject: [OPENING] },
  ];
  return {
    module: HealthManagementModule,
    global: true,
    imports,
    providers: createdPerApplication(() => [createOpening(), ...provided]),
    exports: [HealthManagement, HAS_MANAGEMENT_PORT, SERVES_MAIN_PORT],
  };
}
