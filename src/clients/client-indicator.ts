import { Inject } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { HealthCheckContext, HealthCheckReturn } from '../core/check.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { type ClientRequest, findClient } from './injected-client.js';
import { PREPARE } from '../discovery/preparation.js';

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
    await this.client();
  }

  /** The client. In a lazily loaded module, the first check finds it. */
  protected client(): Promise<Client> {
    return (this.#client ??= this.#find());
  }

  /** Called once, with the client that was found. A subclass must end in `onModuleDestroy` what it begins here. */
  protected found(_client: Client): void {
    // Most integrations need nothing.
  }

  async #find(): Promise<Client> {
    const client = findClient(this.moduleRef, await this.request());
    this.found(client);
    return client;
  }
}
