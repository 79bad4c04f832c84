import type { Server } from 'node:net';
import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  Optional,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ServiceModule } from '../extension/service-module.js';
import { type HealthAgentAsyncOptions, type HealthAgentOptions, PLACE, resolveAgentOptions } from './agent-options.js';
import { HealthAgent } from './health-agent.js';

const MODULE = new ServiceModule<HealthAgentOptions, HealthAgent, [HttpAdapterHost]>({
  name: 'HealthAgentModule',
  place: PLACE,
  task: 'serve',
  example: '{ port: 3001 }',
  service: HealthAgent,
  inject: [HttpAdapterHost],
  create: (options, health, adapterHost: Partial<HttpAdapterHost>) => {
    // Read at each check: the adapter of a test module is set after its providers exist.
    const isListening = (): boolean => isOpen(adapterHost.httpAdapter?.getHttpServer());
    return new HealthAgent({
      settings: resolveAgentOptions(options),
      ...health,
      logger: new Logger('Health'),
      isListening,
    });
  },
});

/**
 * Responds to the agent checks of HAProxy on a separate TCP port: the state of `ready` and a weight. Import
 * `HealthAgentModule.forRoot()` in addition to `HealthModule.forRoot()`.
 */
@Module({})
export class HealthAgentModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Optional() @Inject(HealthAgent) private readonly agent?: HealthAgent) {}

  /**
   * Configures the port. Throws one `HealthConfigurationError` with every fault when the application starts, also if the
   * port is taken.
   *
   * @example
   * HealthAgentModule.forRoot({ port: 3001, host: '10.0.0.7', warmUp: 30_000 })
   */
  static forRoot(options: HealthAgentOptions): DynamicModule {
    return MODULE.forRoot(HealthAgentModule, options);
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync(options: HealthAgentAsyncOptions): DynamicModule {
    return MODULE.forRootAsync(HealthAgentModule, options);
  }

  /** Runs before the same hook of HealthModule. Until that hook has run, the responses are `down`. */
  async onApplicationBootstrap(): Promise<void> {
    await MODULE.configured(this.agent).open();
  }

  /** The last hook: the drain is over, and the server of the application is closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.agent?.close();
  }
}

/** A missing server, or one of an unknown kind, counts as open. */
function isOpen(server: unknown): boolean {
  return (server as Partial<Server> | undefined)?.listening !== false;
}
