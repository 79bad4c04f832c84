import type { Server } from 'node:net';
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
import { HttpAdapterHost } from '@nestjs/core';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { healthModuleMissing, moduleNotConfigured } from '../errors/messages.js';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../extension/health-endpoints.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../extension/health-monitor.js';
import { optionsFactory, presentOptions } from '../options/factory-options.js';
import { type HealthAgentAsyncOptions, type HealthAgentOptions, PLACE, resolveAgentOptions } from './agent-options.js';
import { HealthAgent } from './health-agent.js';

const MODULE = 'HealthAgentModule';
const OPTIONS = Symbol('options of HealthAgentModule');

/**
 * Answers the agent checks of HAProxy on a TCP port of its own: the state of `ready` and a weight. Import
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
    return configure({ provide: OPTIONS, useValue: options });
  }

  /** Same as `forRoot()`, with options from a factory. */
  static forRootAsync({ imports = [], inject = [], useFactory }: HealthAgentAsyncOptions): DynamicModule {
    return configure({ provide: OPTIONS, useFactory: optionsFactory(MODULE, useFactory), inject }, imports);
  }

  /** Runs before the same hook of HealthModule. Until that hook has run, the responses are `down`. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.agent) throw new HealthConfigurationError([moduleNotConfigured(MODULE)]);
    await this.agent.open();
  }

  /** The last hook: the drain is over, and the server of the application is closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.agent?.close();
  }
}

function configure(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return {
    module: HealthAgentModule,
    imports,
    providers: [
      options,
      {
        provide: HealthAgent,
        useFactory: createAgent,
        inject: [
          OPTIONS,
          HttpAdapterHost,
          { token: HEALTH_MONITOR, optional: true },
          { token: HEALTH_ENDPOINTS, optional: true },
        ],
      },
    ],
    exports: [HealthAgent],
  };
}

function createAgent(
  given: HealthAgentOptions,
  adapterHost: HttpAdapterHost,
  monitor: HealthMonitor | undefined,
  endpoints: HealthEndpoints | undefined,
): HealthAgent {
  if (!monitor || !endpoints) throw new HealthConfigurationError([healthModuleMissing(PLACE, 'serve')]);
  const settings = resolveAgentOptions(presentOptions(MODULE, given, '{ port: 3001 }'));
  // Read at each check: the adapter of a test module is set after its providers exist.
  const isListening = (): boolean => isOpen((adapterHost as Partial<HttpAdapterHost>).httpAdapter?.getHttpServer());
  return new HealthAgent({ settings, monitor, endpoints, logger: new Logger('Health'), isListening });
}

/** No server, or one of a kind that does not tell, counts as open. */
function isOpen(server: unknown): boolean {
  return (server as Partial<Server> | undefined)?.listening !== false;
}
