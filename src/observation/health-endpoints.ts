import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthView } from '../options/view.js';

/** A finished answer, of any type. `Cache-Control: no-store` and the headers of the module's options go with it. */
export interface EndpointAnswer {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
  /** Further headers, with names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An endpoint beside the probes, at `/health/<name>`. */
export interface HealthEndpoint {
  /** One of the names that no indicator can have, such as `metrics`. */
  readonly name: string;
  /** Who is answered: `everybody`, or whoever may see the probe `deep`; others get the 401 that they would get there. */
  readonly access: 'everybody' | 'deep';
  /** `view`: how much this caller may see. What it throws is logged and answered with 500. */
  answer(request: HealthRequest, view: HealthView): EndpointAnswer | Promise<EndpointAnswer>;
}

/**
 * Takes in endpoints of other modules, on every adapter, below the path and the prefix that are set. Injected by the
 * token `HEALTH_ENDPOINTS`.
 */
export interface HealthEndpoints {
  /** Throws if there is one of that name. */
  add(endpoint: HealthEndpoint): void;
}

/** The same in every copy of the package. */
export const HEALTH_ENDPOINTS = Symbol.for('nest-vitals:health-endpoints');
