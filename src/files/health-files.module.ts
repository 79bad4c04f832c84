import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
  type Provider,
} from '@nestjs/common';
import { formatRaw } from '../core/raw-error.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { healthModuleMissing, moduleNotConfigured } from '../errors/messages.js';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../extension/health-endpoints.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import { rateLimited } from '../logging/rate-limited.js';
import { optionsFactory, presentOptions } from '../options/factory-options.js';
import { type HealthFilesAsyncOptions, type HealthFilesOptions, PLACE, resolveFilesOptions } from './files-options.js';
import { HealthFiles } from './health-files.js';

const MODULE = 'HealthFilesModule';
const OPTIONS = Symbol('options of HealthFilesModule');

/**
 * Keeps the files `live` and `ready` in a folder as long as these probes pass, for probes that can run a command and send no
 * request. Import `HealthFilesModule.forRoot()` in addition to `HealthModule.forRoot()`.
 */
@Module({})
export class HealthFilesModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Optional() @Inject(HealthFiles) private readonly files?: HealthFiles) {}

  /**
   * Configures the files. Throws one `HealthConfigurationError` with every fault when the application starts, also for a
   * folder that is missing or not writable.
   *
   * @example
   * HealthFilesModule.forRoot({ directory: '/run/health' })
   */
  static forRoot(options: HealthFilesOptions): DynamicModule {
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync({ imports = [], inject = [], useFactory }: HealthFilesAsyncOptions): DynamicModule {
    return configure({ provide: OPTIONS, useFactory: optionsFactory(MODULE, useFactory), inject }, imports);
  }

  /** A crashed process has left its files: they are removed before anything can take them for those of this one. */
  async onModuleInit(): Promise<void> {
    if (!this.files) throw new HealthConfigurationError([moduleNotConfigured(MODULE)]);
    await this.files.prepare();
  }

  onApplicationBootstrap(): void {
    this.files?.start();
  }

  /** The last hook: `live` passes as long as the drain takes. */
  async onApplicationShutdown(): Promise<void> {
    await this.files?.stop();
  }
}

function configure(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return {
    module: HealthFilesModule,
    imports,
    providers: [
      options,
      {
        provide: HealthFiles,
        useFactory: createFiles,
        inject: [OPTIONS, { token: HEALTH_MONITOR, optional: true }, { token: HEALTH_ENDPOINTS, optional: true }],
      },
    ],
  };
}

function createFiles(
  given: HealthFilesOptions,
  monitor: HealthMonitor | undefined,
  endpoints: HealthEndpoints | undefined,
): HealthFiles {
  if (!monitor || !endpoints) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'write')]);
  const settings = resolveFilesOptions(presentOptions(MODULE, given, "{ directory: '/run/health' }"));
  const logger = new Logger('Health');
  const onFault = rateLimited((fault, omitted) => {
    const others = omitted === 0 ? '' : ` (and ${omitted} times since the last such line)`;
    logger.error(`A health file cannot be written or removed${others}:\n${formatRaw(fault)}`);
  });
  return new HealthFiles(settings, monitor, endpoints, onFault);
}
