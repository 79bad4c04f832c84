import { Inject } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { HealthCheckContext, HealthCheckReturn } from '../core/check.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { type ClientRequest, findClient } from './injected-client.js';
import { PREPARE } from '../discovery/preparation.js';

/** What an integration is made of: an indicator of a client that the application has, and uses for its own work. */
export abstract class ClientIndicator<Client> implements HealthIndicator {
  // Not a parameter of the constructor, so that a subclass can have a constructor of its own.
  @Inject(ModuleRef)
  protected readonly moduleRef!: ModuleRef;
  #client: Promise<Client> | undefined;

  /** What client it needs. A package that has to be loaded for the answer is loaded here. */
  protected abstract request(): ClientRequest<Client> | Promise<ClientRequest<Client>>;

  abstract check(context: HealthCheckContext): HealthCheckReturn;

  /** It is found at the start, so that an application without it does not start. One that is not asked may lack it. */
  async [PREPARE](): Promise<void> {
    await this.client();
  }

  /** The client. In a module that is loaded lazily it is looked for by the first check. */
  protected client(): Promise<Client> {
    return (this.#client ??= this.#find());
  }

  /** Called once, with the client that was found. What is begun here has to be ended in `onModuleDestroy`. */
  protected found(_client: Client): void {
    // Most need nothing.
  }

  async #find(): Promise<Client> {
    const client = findClient(this.moduleRef, await this.request());
    this.found(client);
    return client;
  }
}
