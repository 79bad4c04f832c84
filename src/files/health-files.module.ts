import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { formatRaw } from '../core/raw-error.js';
import { ServiceModule } from '../extension/service-module.js';
import { omittedFaults, rateLimited } from '../logging/rate-limited.js';
import { type HealthFilesAsyncOptions, type HealthFilesOptions, PLACE, resolveFilesOptions } from './files-options.js';
import { HealthFiles } from './health-files.js';

const MODULE = new ServiceModule<HealthFilesOptions, HealthFiles>({
  name: 'HealthFilesModule',
  place: PLACE,
  task: 'write',
  example: "{ directory: '/run/health' }",
  service: HealthFiles,
  create: (options, { monitor, endpoints }) => {
    const logger = new Logger('Health');
    const onFault = rateLimited((fault, omitted) => {
      logger.error(`A health file cannot be written or removed${omittedFaults(omitted)}:\n${formatRaw(fault)}`);
    });
    return new HealthFiles(resolveFilesOptions(options), monitor, endpoints, onFault);
  },
});

/**
 * Keeps the files `live` and `ready` in a folder while these probes pass, for probers that run a command and send no
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
    return MODULE.forRoot(HealthFilesModule, options);
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync(options: HealthFilesAsyncOptions): DynamicModule {
    return MODULE.forRootAsync(HealthFilesModule, options);
  }

  /** Removes the files of a crashed process, because a reader would take them for files of this process. */
  async onModuleInit(): Promise<void> {
    await MODULE.configured(this.files).prepare();
  }

  onApplicationBootstrap(): void {
    this.files?.start();
  }

  /** The last hook, because `live` passes during the whole drain. */
  async onApplicationShutdown(): Promise<void> {
    await this.files?.stop();
  }
}
