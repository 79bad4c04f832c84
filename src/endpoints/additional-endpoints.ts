import type { Type } from '@nestjs/common';
import type { HealthReport } from '../core/report.js';
import type {
  EndpointDescription,
  HealthEndpoint,
  HealthEndpoints,
  HealthFormatter,
} from '../extension/health-endpoints.js';
import type { ApiDescription } from './description/api-description.js';
import { type EndpointHandlers, mapFurtherRoute } from './health.controller.js';
import type { Responder } from './responder.js';

/** Hands what other modules add to whoever answers it and to whoever describes it. */
export class AdditionalEndpoints implements HealthEndpoints {
  readonly #controller: Type<EndpointHandlers>;
  readonly #responder: Responder;
  readonly #description: ApiDescription | undefined;

  /** Without a description there are no routes: the application is about to refuse its options. */
  constructor(controller: Type<EndpointHandlers>, responder: Responder, description: ApiDescription | undefined) {
    this.#controller = controller;
    this.#responder = responder;
    this.#description = description;
  }

  add(endpoint: HealthEndpoint): void {
    this.#responder.add(endpoint);
  }

  addFormat(formatter: HealthFormatter): void {
    this.#responder.addFormat(formatter);
    this.describeFormat(formatter);
  }

  describe(endpoint: EndpointDescription): void {
    if (!this.#description) return;
    mapFurtherRoute(this.#controller, endpoint.name);
    this.#description.addEndpoint(endpoint);
  }

  describeFormat({ name, mediaType }: Pick<HealthFormatter, 'name' | 'mediaType'>): void {
    this.#description?.addFormat(name, mediaType);
  }

  report(probe: 'live' | 'ready' | 'startup' | 'deep'): Promise<HealthReport> {
    return this.#responder.report(probe);
  }
}
