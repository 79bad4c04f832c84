import type { HealthReport } from '../core/report.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthView } from '../options/view.js';
import type { ControlForms } from './control-forms.js';
import type { EndpointResponse, ResponseHead } from './endpoint-response.js';
import type { HealthActions } from './health-actions.js';
import type { HealthPort } from './health-port.js';
import type { VisibleReport } from './visible-report.js';

/** Describes an additional endpoint in the OpenAPI document of the application. */
export interface EndpointDescription extends Pick<HealthEndpoint, 'name' | 'access' | 'formats'> {
  readonly summary: string;
  readonly description: string;
  /** Descriptions of the query parameters, by name. With `formats`, `format` is added automatically. Default: none. */
  readonly query?: Readonly<Record<string, string>>;
  /**
   * JSON Schemas by name, which become schemas of the document. A schema refers to another one by `#/$defs/<name>`. Names are
   * unique in the document. Default: none.
   */
  readonly schemas?: Readonly<Record<string, object>>;
  /**
   * The responses, without the 401 for unauthenticated callers and, with `formats`, the 406 for an unknown format: these are
   * added automatically.
   */
  readonly responses: readonly {
    readonly statusCode: number;
    readonly description: string;
    readonly mediaTypes: readonly string[];
    /** The name of the schema of `application/json`. Every other media type is text. Default: all of them are text. */
    readonly schema?: string;
  }[];
}

/** A response with a streamed body, such as server-sent events. The same headers are added. */
export interface EndpointStream extends ResponseHead {
  /** Called when the head is written. Not called for a HEAD request, whose response is the head alone. */
  open(outlet: EndpointOutlet): void;
}

/** Receives the body of a stream. Its methods do not throw, also after the connection is closed. */
export interface EndpointOutlet {
  /** The number of written bytes that are not sent yet: the memory for a slow caller. */
  readonly pending: number;
  write(bytes: Buffer): void;
  /** Completes the body. Pending bytes are still sent. */
  end(): void;
  /** Closes the connection at once and drops the pending bytes. */
  destroy(): void;
  /** Calls the listener when the response has ended or the connection is closed, by either side. */
  onClose(listener: () => void): void;
}

/** An additional endpoint, at `/health/<name>`. */
export interface HealthEndpoint {
  /**
   * A reserved name such as `metrics`, or a name of its own. An indicator, a composite or a group with the same name has no
   * endpoint.
   */
  readonly name: string;
  /** `public`: no access control. `deep`: callers that may see the probe `deep`; others receive a 401, as they do there. */
  readonly access: 'public' | 'deep';
  /**
   * The media types of the formats that it can respond in, by name. `json` is the default. The request selects one, as for
   * reports, by `?format=` or the header `Accept`. With `html`, a 401 makes a browser ask for a key. Default: one format.
   */
  readonly formats?: Readonly<Record<string, string>>;
  /**
   * `view`: the view of this caller. `format`: the selected one of `formats`, or `json`. `port`: the port of the request. An
   * error is logged, and the response is a 500.
   */
  respond(
    request: HealthRequest,
    view: HealthView,
    format: string,
    port: HealthPort,
  ): EndpointResponse | EndpointStream | Promise<EndpointResponse | EndpointStream>;
}

/** The report of a probe, a group or an indicator, for a formatter. */
export interface FormatInput {
  /** The name of the probe, the group or the indicator. */
  readonly name: string;
  /** The part of the report that the view allows. */
  readonly report: VisibleReport;
  readonly view: HealthView;
  /**
   * The relative URL from the requested path to the path of the endpoints: `''`, `'../'` or `'health/'`. Undefined: the
   * request used an alias.
   */
  readonly base: string | undefined;
  /** The port of the request. */
  readonly port: HealthPort;
}

/** An additional format of reports, for callers that request it. */
export interface HealthFormatter {
  /** The value of `?format=` that selects it. */
  readonly name: string;
  /** The media type of the header `Accept` that selects it. */
  readonly mediaType: string;
  /** Headers of every response in this format, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether people read it in browsers. A 401 then makes the browser ask for a key (`WWW-Authenticate: Basic`). */
  readonly isForBrowsers: boolean;
  /** Returns the body. It must not throw. */
  format(input: FormatInput): string;
}

/**
 * Adds endpoints and formats of other modules, on every adapter, below the configured path and prefix. Injected by the
 * token `HEALTH_ENDPOINTS`.
 */
export interface HealthEndpoints {
  /** Throws if an endpoint of that name exists. */
  add(endpoint: HealthEndpoint): void;
  /**
   * Adds operations with other methods than GET and with bodies, their routes, and their description in the OpenAPI
   * document. Call it in a constructor, before Nest registers routes. Throws if there is an endpoint of that name.
   */
  addActions(actions: HealthActions): void;
  /** The forms of the module that changes the application. Undefined: there are none. */
  readonly forms: ControlForms | undefined;
  /** Offers forms to pages. Throws if there are forms of another module. */
  addForms(forms: ControlForms): void;
  /** Whether an endpoint of this name is described: see `describe()`. */
  isDescribed(name: string): boolean;
  /** Throws if a format of that name exists. */
  addFormat(formatter: HealthFormatter): void;
  /**
   * Adds an endpoint to the OpenAPI document of the application, and gives it its own route. Call it in a constructor:
   * many applications create the document before they are initialised.
   */
  describe(endpoint: EndpointDescription): void;
  /** Adds a format to the OpenAPI document before `addFormat` is called. */
  describeFormat(format: Pick<HealthFormatter, 'name' | 'mediaType'>): void;
  /**
   * Evaluates a probe or a group as a request to its endpoint does: checks without a fresh result run, shared with all
   * concurrent callers, and the report is ready within the deadline. Rejects with `UnknownProbeError` for another name.
   */
  report(probe: string): Promise<HealthReport>;
  /**
   * Records a response about readiness to a prober that uses no HTTP, so that a shutdown waits for this prober as for those
   * of HTTP. `wasRefused`: the response takes the instance out of rotation.
   */
  recordProbe(caller: ProbeCaller, wasRefused: boolean): void;
}

/** A prober that uses no HTTP. The option `shutdown.probers` selects by these properties. */
export interface ProbeCaller {
  /** The remote address of the connection. */
  readonly address: string;
  /** The name of the client, or of the protocol if it has no names. */
  readonly agent: string;
}

/** The same in every copy of the package. */
export const HEALTH_ENDPOINTS = Symbol.for('nest-vitals:health-endpoints');
