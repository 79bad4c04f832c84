import { Inject } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { HealthCheckContext, HealthCheckReturn } from '../core/check.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { isHealthConfigurationError } from '../errors/configuration.error.js';
import { HealthCheckError } from '../errors/health-check.error.js';
import { type ClientRequest, findClient } from './injected-client.js';
import { PREPARE } from '../discovery/preparation.js';

const NOT_CONFIGURED = 'its client was not found: see the configuration fault in the log';

/** Base class of the indicators that check a dependency through the client that the application uses for its own work. */
export abstract class ClientIndicator<Client> implements HealthIndicator {
  // A property and not a constructor parameter, so that a subclass can have a constructor of its own.
  @Inject(ModuleRef)
  protected readonly moduleRef!: ModuleRef;
  #client: Promise<Client> | undefined;

  /** Describes the client that the indicator needs. A package that is needed for the description is loaded here. */
  protected abstract request(): ClientRequest<Client> | Promise<ClientRequest<Client>>;

  abstract check(context: HealthCheckContext): HealthCheckReturn;

  /** Finds the client at boot: a missing client stops the boot. It is not called for a disabled indicator. */
  async [PREPARE](): Promise<void> {
    await (this.#client ??= this.#find());
  }

  /** The client. In a lazily loaded module, a check may run before the client is found, or after the search has failed. */
  protected async client(): Promise<Client> {
    try {
      return await (this.#client ??= this.#find());
    } catch (error) {
      // The fault itself is logged once. Its text says that the application does not start.
      throw isHealthConfigurationError(error) ? new HealthCheckError(NOT_CONFIGURED) : error;
    }
  }

  /** Called once, with the client that was found. A subclass must end in `onModuleDestroy` all that it begins here. */
  protected onClientFound(_client: Client): void {
    // Most integrations do nothing here.
  }

  async #find(): Promise<Client> {
    const client = findClient(this.moduleRef, await this.request());
    this.onClientFound(client);
    return client;
  }
}
