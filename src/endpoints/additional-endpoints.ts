import type { Type } from '@nestjs/common';
import type { HealthReport } from '../core/report.js';
import type { ControlForms } from '../extension/control-forms.js';
import type {
  EndpointDescription,
  HealthEndpoint,
  HealthEndpoints,
  HealthFormatter,
  ProbeCaller,
} from '../extension/health-endpoints.js';
import type { HealthActions } from '../extension/health-actions.js';
import type { ApiDescription } from './description/api-description.js';
import { type EndpointHandlers, mapActionRoutes, mapAdditionalRoute } from './health.controller.js';
import type { ReportSource, Responder } from './responder.js';

/** Adds the endpoints and formats of other modules to the responder, the routes and the description of the API. */
export class AdditionalEndpoints implements HealthEndpoints {
  readonly #responder: Responder;
  readonly #source: ReportSource;
  readonly #controller: Type<EndpointHandlers> | undefined;
  readonly #description: ApiDescription | undefined;
  readonly #recordProbe: HealthEndpoints['recordProbe'];
  readonly #described = new Set<string>();
  #forms: ControlForms | undefined;

  /** The controller and the description are undefined when the start will fail. */
  constructor(
    responder: Responder,
    source: ReportSource,
    controller: Type<EndpointHandlers> | undefined,
    description: ApiDescription | undefined,
    recordProbe: HealthEndpoints['recordProbe'],
  ) {
    this.#responder = responder;
    this.#source = source;
    this.#controller = controller;
    this.#description = description;
    this.#recordProbe = recordProbe;
  }

  add(endpoint: HealthEndpoint): void {
    this.#responder.add(endpoint);
  }

  addActions(actions: HealthActions): void {
    this.#responder.addActions(actions);
    if (!actions.isOnMainPort) return;
    if (this.#controller) mapActionRoutes(this.#controller, actions);
    this.#description?.addActions(actions);
  }

  get forms(): ControlForms | undefined {
    return this.#forms;
  }

  addForms(forms: ControlForms): void {
    if (this.#forms) throw new Error('There are forms of another module');
    this.#forms = forms;
  }

  isDescribed(name: string): boolean {
    return this.#described.has(name);
  }

  addFormat(formatter: HealthFormatter): void {
    this.#responder.addFormat(formatter);
    this.describeFormat(formatter);
  }

  describe(endpoint: EndpointDescription): void {
    this.#described.add(endpoint.name);
    if (this.#controller) mapAdditionalRoute(this.#controller, endpoint.name);
    this.#description?.addEndpoint(endpoint);
  }

  describeFormat({ name, mediaType }: Pick<HealthFormatter, 'name' | 'mediaType'>): void {
    this.#description?.addFormat(name, mediaType);
  }

  async report(probe: string): Promise<HealthReport> {
    const { report } = await this.#source.evaluate(probe);
    return report;
  }

  recordProbe(caller: ProbeCaller, wasRefused: boolean): void {
    this.#recordProbe(caller, wasRefused);
  }
}
