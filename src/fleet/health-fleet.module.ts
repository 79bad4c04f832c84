import {
  type DynamicModule,
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
import { type HealthFleetAsyncOptions, type HealthFleetOptions, PLACE, resolveFleetOptions } from './fleet-options.js';
import { FLEET, FLEET_FORMATS, HealthFleet } from './health-fleet.js';

const MODULE = 'HealthFleetModule';
const OPTIONS = Symbol('options of HealthFleetModule');

/**
 * Makes this application an instance of a fleet: it announces itself in a store that all instances share, and shows all
 * instances at `/health/fleet`. The access rules are those of `deep`. Indicators with a quorum (`shared: { quorum }`) are
 * judged by what the other instances report. Import it in addition to `HealthModule.forRoot()`.
 *
 * @example
 * HealthFleetModule.forRoot({ store: redisStore({ client }) })
 */
@Module({})
export class HealthFleetModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Optional() @Inject(HealthFleet) private readonly fleet?: HealthFleet | false,
    @Optional() @Inject(HEALTH_ENDPOINTS) private readonly endpoints?: HealthEndpoints,
  ) {}

  /** Configures the fleet. Throws one error with every configuration fault when the application starts. */
  static forRoot(options: HealthFleetOptions): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** Same as `forRoot()`, with options from a factory: for a store with a client that is injected. */
  static forRootAsync({ imports = [], inject = [], useFactory }: HealthFleetAsyncOptions): DynamicModule {
    return configure({ provide: OPTIONS, useFactory: optionsFactory(MODULE, useFactory), inject }, imports);
  }

  onModuleInit(): void {
    const { fleet } = this;
    if (fleet === undefined) throw new HealthConfigurationError([moduleNotConfigured(MODULE)]);
    if (!fleet || !fleet.serves) return;
    this.endpoints?.add({
      name: FLEET,
      access: 'deep',
      formats: FLEET_FORMATS,
      respond: ({ url }, _view, format) => fleet.respond(url, format),
    });
  }

  onApplicationBootstrap(): void {
    if (this.fleet) this.fleet.start();
  }

  /** Runs after the same hook of HealthModule, so the drain has ended. */
  onModuleDestroy(): void {
    if (this.fleet) this.fleet.stop();
  }
}

function configure(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return {
    module: HealthFleetModule,
    imports,
    providers: [
      options,
      {
        provide: HealthFleet,
        useFactory: createFleet,
        inject: [OPTIONS, { token: HEALTH_MONITOR, optional: true }, { token: HEALTH_ENDPOINTS, optional: true }],
      },
    ],
    exports: [HealthFleet],
  };
}

/** False: the module is not enabled. */
function createFleet(
  given: HealthFleetOptions,
  monitor: HealthMonitor | undefined,
  endpoints: HealthEndpoints | undefined,
): HealthFleet | false {
  if (!monitor || !endpoints) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'announce')]);
  const settings = resolveFleetOptions(presentOptions(MODULE, given, '{ store }'));
  return settings.enabled && new HealthFleet(settings, monitor, endpoints, new Logger('Health'));
}
