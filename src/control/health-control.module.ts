import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type OnModuleInit,
  Optional,
  type Provider,
} from '@nestjs/common';
import { ENDPOINT_PARTS, type EndpointParts, HAS_MANAGEMENT_PORT } from '../endpoints/endpoint-parts.js';
import { RateLimiter } from '../endpoints/rate-limit/rate-limiter.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { healthModuleMissing } from '../errors/messages.js';
import { HEALTH_CONTROL, type HealthControl } from '../extension/health-control.js';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../extension/health-endpoints.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import { optionsFactory, presentOptions } from '../options/factory-options.js';
import { ControlAccess } from './control-access.js';
import { ControlActions } from './control-actions.js';
import { PAGE } from './forms/form-responses.js';
import {
  type HealthControlAsyncOptions,
  type HealthControlOptions,
  PLACE,
  resolveControlOptions,
} from './control-options.js';

const MODULE = 'HealthControlModule';
const OPTIONS = Symbol('options of HealthControlModule');

/**
 * Lets operators change the running application over HTTP, below `/health/control`: override options of an indicator for a
 * time, run an indicator now, refuse traffic for a time. Import `HealthControlModule.forRoot()` in addition to
 * `HealthModule.forRoot()`. Every change has a reason, an author and an end, and a line in the log.
 */
@Module({})
export class HealthControlModule implements OnModuleInit {
  #access: ControlAccess | undefined;
  #limiter: RateLimiter | undefined;

  constructor(
    @Optional() @Inject(OPTIONS) private readonly options?: HealthControlOptions,
    @Optional() @Inject(HEALTH_CONTROL) control?: HealthControl,
    @Optional() @Inject(HEALTH_MONITOR) monitor?: HealthMonitor,
    @Optional() @Inject(HEALTH_ENDPOINTS) private readonly endpoints?: HealthEndpoints,
    @Optional() @Inject(ENDPOINT_PARTS) private readonly parts?: EndpointParts,
    @Optional() @Inject(HAS_MANAGEMENT_PORT) hasManagementPort = false,
  ) {
    if (!options || !control || !monitor || !endpoints) return;
    // The routes are made before the options are checked.
    const actions = new ControlActions({
      control,
      monitor,
      logger: new Logger('Health'),
      isOnMainPort: options.mainPort ?? !hasManagementPort,
      hasForms: options.forms === true,
      access: () => this.access,
      limiter: () => this.#limiter,
    });
    endpoints.addActions(actions);
    if (actions.forms) endpoints.addForms(actions.forms);
  }

  /**
   * Configures the control. One of `apiKeys` and `authorize` is required. Faulty options stop the start of the application
   * with one `HealthConfigurationError` that names each fault and its remedy.
   *
   * @example
   * HealthControlModule.forRoot({ apiKeys: { alice: process.env.CONTROL_KEY_ALICE } })
   */
  static forRoot(options: HealthControlOptions): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** The same with options that depend on other providers, such as a store of secrets. */
  static forRootAsync({ imports = [], inject = [], useFactory }: HealthControlAsyncOptions): DynamicModule {
    return configure({ provide: OPTIONS, useFactory: optionsFactory(MODULE, useFactory), inject }, imports);
  }

  onModuleInit(): void {
    if (!this.parts) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'control')]);
    const { settings, failedKeys } = this.parts;
    const { control } = settings.rateLimit;
    this.#limiter = control ? new RateLimiter('control', control) : undefined;
    const given = presentOptions(MODULE, this.options, "{ apiKeys: { alice: '…' } }");
    const resolved = resolveControlOptions(
      given,
      settings.access?.apiKeys ?? [],
      this.endpoints?.isDescribed(PAGE) === true,
    );
    this.#access = new ControlAccess(resolved, failedKeys, new Logger('Health'));
  }

  private get access(): ControlAccess {
    if (!this.#access) throw new Error('The control is not ready: the application has not started');
    return this.#access;
  }
}

function configure(options: Provider<HealthControlOptions>, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return { module: HealthControlModule, imports, providers: [options] };
}
