import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../extension/health-endpoints.js';
import { ServiceModule } from '../extension/service-module.js';
import { FLEET_ENDPOINT } from './describe-fleet.js';
import { type HealthFleetAsyncOptions, type HealthFleetOptions, PLACE, resolveFleetOptions } from './fleet-options.js';
import { HealthFleet } from './health-fleet.js';

/** The service is false if the module is not enabled. */
const MODULE = new ServiceModule<HealthFleetOptions, HealthFleet | false>({
  name: 'HealthFleetModule',
  place: PLACE,
  task: 'announce',
  example: '{ store }',
  service: HealthFleet,
  create: (options, { monitor, endpoints }) => {
    const settings = resolveFleetOptions(options);
    return settings.enabled && new HealthFleet(settings, monitor, endpoints, new Logger('Health'));
  },
});

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
  ) {
    if (fleet && fleet.serves) endpoints?.describe(FLEET_ENDPOINT);
  }

  /** Configures the fleet. Throws one error with every configuration fault when the application starts. */
  static forRoot(options: HealthFleetOptions): DynamicModule {
    return MODULE.forRoot(HealthFleetModule, options);
  }

  /** Same as `forRoot()`, with options from a factory: for a store with a client that is injected. */
  static forRootAsync(options: HealthFleetAsyncOptions): DynamicModule {
    return MODULE.forRootAsync(HealthFleetModule, options);
  }

  onModuleInit(): void {
    const fleet = MODULE.configured(this.fleet);
    if (!fleet) return;
    // Hooks that run later can take minutes. The configuration has been checked.
    fleet.announce();
    if (!fleet.serves) return;
    const { name, access, formats } = FLEET_ENDPOINT;
    this.endpoints?.add({
      name,
      access,
      formats,
      respond: (request, _view, format) => fleet.respond(request, format),
    });
  }

  onApplicationBootstrap(): void {
    if (this.fleet) this.fleet.start();
  }

  /** Runs after the same hook of HealthModule, so the drain has ended. */
  async onModuleDestroy(): Promise<void> {
    if (this.fleet) await this.fleet.stop();
  }
}
