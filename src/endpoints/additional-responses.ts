import type { HealthEndpoint } from '../extension/health-endpoints.js';
import type { HealthPort } from '../extension/health-port.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import { type HealthView, VIEWS } from '../options/view.js';
import { BASE_HEADERS, type HealthResponse, finishHead, finishText, mergeHeaders } from './health-response.js';
import type { HealthRoute } from './health-route.js';

type Settings = Pick<HealthSettings, 'access' | 'endpoints' | 'headers'>;

/** The endpoints of other modules, and their responses. */
export class AdditionalResponses {
  readonly #settings: Settings;
  readonly #endpoints = new Map<string, HealthEndpoint>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Throws if an endpoint has this name already. */
  add(endpoint: HealthEndpoint): void {
    if (this.#endpoints.has(endpoint.name)) throw new Error(`There are two endpoints named ${endpoint.name}`);
    this.#endpoints.set(endpoint.name, endpoint);
  }

  get(name: string): HealthEndpoint | undefined {
    return this.#endpoints.get(name);
  }

  /** With access control, an unauthenticated caller gets the view `status`. `deep` gives the deadline for `authorize`. */
  routeOf({ name, access }: HealthEndpoint): HealthRoute {
    const view = this.#settings.access ? VIEWS[0] : this.#settings.endpoints.deep.view;
    return { name, probe: 'deep', view, unauthenticated: access === 'deep' ? 401 : 'default-view' };
  }

  async respond(
    endpoint: HealthEndpoint,
    view: HealthView,
    format: string,
    request: HealthRequest,
    port: HealthPort,
  ): Promise<HealthResponse> {
    const response = await endpoint.respond(request, view, format, port);
    const { statusCode, contentType } = response;
    const own = { ...BASE_HEADERS, 'content-type': contentType };
    const headers = mergeHeaders(own, this.#settings.headers, response.headers);
    if ('body' in response) return finishText(statusCode, headers, response.body);
    return finishHead(statusCode, headers, (outlet) => response.open(outlet));
  }
}
