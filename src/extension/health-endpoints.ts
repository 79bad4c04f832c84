import type { HealthReport } from '../core/report.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthView } from '../options/view.js';
import type { VisibleReport } from './visible-report.js';

/** What the OpenAPI document of the application says of an endpoint beside the probes. */
export interface EndpointDescription extends Pick<HealthEndpoint, 'name' | 'access'> {
  readonly summary: string;
  readonly description: string;
  /** Each is text. The 401 for strangers goes without saying. */
  readonly answers: readonly {
    readonly statusCode: number;
    readonly description: string;
    readonly mediaTypes: readonly string[];
  }[];
}

interface ResponseHead {
  readonly statusCode: number;
  readonly contentType: string;
  /** Further headers, with names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A finished answer, of any type. `Cache-Control: no-store` and the headers of the module's options go with it. */
export interface EndpointResponse extends ResponseHead {
  readonly body: string;
}

/** An answer whose body comes little by little, as server-sent events do. It has the same headers. */
export interface EndpointStream extends ResponseHead {
  /** Called when the head is written. Not called for a HEAD, which is answered with the head alone. */
  open(outlet: EndpointOutlet): void;
}

/** Where the body of a stream goes. Nothing that is called here throws, also when the caller has gone. */
export interface EndpointOutlet {
  /** How many bytes were written that the network has not taken yet: what a caller who does not read costs. */
  readonly pending: number;
  write(bytes: Buffer): void;
  /** The body is complete. What is pending is still sent. */
  end(): void;
  /** Cuts the connection, and drops what is pending. */
  destroy(): void;
  /** Calls the listener when the connection or the answer is over, whoever ended it. */
  onClose(listener: () => void): void;
}

/** An endpoint beside the probes, at `/health/<name>`. */
export interface HealthEndpoint {
  /** One of the names that no indicator can have, such as `metrics`. */
  readonly name: string;
  /** Who is answered: `everybody`, or whoever may see the probe `deep`; others get the 401 that they would get there. */
  readonly access: 'everybody' | 'deep';
  /** `view`: how much this caller may see. What it throws is logged and answered with 500. */
  respond(
    request: HealthRequest,
    view: HealthView,
  ): EndpointResponse | EndpointStream | Promise<EndpointResponse | EndpointStream>;
}

/** An answer to a probe, a group or a single check, which is to be written in some format. */
export interface FormatInput {
  /** What was asked: the name of a probe, a group or an indicator. */
  readonly name: string;
  /** As much of the report as the view allows. */
  readonly report: VisibleReport;
  readonly view: HealthView;
  /**
   * The way from what was asked to the place where the endpoints are, as a relative URL: `''` or `'../'` or `'health/'`.
   * Undefined: it was asked by an alias somewhere else.
   */
  readonly base: string | undefined;
}

/** A format beside JSON and text, in which probes, groups and single checks are answered to those who prefer it. */
export interface HealthFormatter {
  /** By which `?format=` asks for it. */
  readonly name: string;
  /** By which the header `Accept` asks for it. */
  readonly mediaType: string;
  /** Goes with every answer in this format; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it is for people in front of browsers, which then ask them for a key (`WWW-Authenticate: Basic`). */
  readonly isForBrowsers: boolean;
  /** The body. It must not throw. */
  format(question: FormatInput): string;
}

/**
 * Takes in endpoints and formats of other modules, on every adapter, below the path and the prefix that are set.
 * Injected by the token `HEALTH_ENDPOINTS`.
 */
export interface HealthEndpoints {
  /** Throws if there is one of that name. */
  add(endpoint: HealthEndpoint): void;
  /** Throws if there is one of that name. */
  addFormat(formatter: HealthFormatter): void;
  /**
   * Puts an endpoint into the OpenAPI document of the application, and gives it a route of its own. Best called by a
   * constructor: many applications make the document before they are initialised.
   */
  describe(endpoint: EndpointDescription): void;
  /** The same for a format that is going to be added. */
  describeFormat(format: Pick<HealthFormatter, 'name' | 'mediaType'>): void;
  /**
   * Asks a probe as a caller of its endpoint does: what is out of date runs, once for all who ask, and the report is
   * there within the deadline.
   */
  report(probe: 'live' | 'ready' | 'startup' | 'deep'): Promise<HealthReport>;
}

/** The same in every copy of the package. */
export const HEALTH_ENDPOINTS = Symbol.for('nest-vitals:health-endpoints');
