import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthView } from '../options/view.js';
import type { EndpointResponse } from './endpoint-response.js';

/** The body of a request, as far as it was read. */
export type RequestBody =
  /** The body as it was sent. Empty: there was none. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** A body parser of the application has read it first. */
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'too-large' }
  /** The caller has disconnected, or has not sent the body within 5 s. */
  | { readonly kind: 'incomplete' };

/** Bytes. A longer body is not kept. */
export const LONGEST_BODY = 16 * 1024;

/** Milliseconds for the rest of a body. A shorter one than `LONGEST_BODY` arrives long before. */
export const LONGEST_TRANSFER = 5000;

/** Reads the body of a request, up to `LONGEST_BODY`. */
export type ReadBody = () => Promise<RequestBody>;

/** The body of a request without one. */
export const NO_BODY: ReadBody = () => Promise.resolve({ kind: 'bytes', bytes: Buffer.alloc(0) });

/** A request below the path of the actions. */
export interface ActionRequest {
  readonly request: HealthRequest;
  /** The parts of the path after the name, decoded. Undefined: a part cannot be decoded. */
  readonly segments: readonly string[] | undefined;
  /**
   * False if no route of the application has matched, so its guards and hooks have not run, for example because the path
   * has another case. No operation may run then.
   */
  readonly isRouted: boolean;
  readonly readBody: ReadBody;
  /** The view of the probe `deep` for this caller, by the access control of the reports. Undefined: no access. */
  readonly readView: () => Promise<HealthView | undefined>;
}

/** The description of one operation, for the OpenAPI document. */
export interface ActionDescription {
  readonly summary: string;
  readonly description: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below the name, with parameters as `:name`. Empty: the name itself. */
  readonly path: string;
  /** The descriptions of the parameters in the path, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The JSON Schema of the body, without references. Undefined: there is no body. */
  readonly body?: object;
  /** The responses, all of them JSON. */
  readonly responses: readonly {
    readonly statusCode: number;
    readonly description: string;
    /** The JSON Schema of the body, without references. */
    readonly schema: object;
    /** Descriptions of additional headers, by name. */
    readonly headers?: Readonly<Record<string, string>>;
  }[];
}

/**
 * Operations with other methods than GET, and with bodies: `/health/<name>` and every path below it. The access control of
 * the reports does not apply, so `respond` must authenticate the caller.
 */
export interface HealthActions {
  /** One of the names that are reserved for endpoints, such as `control`. */
  readonly name: string;
  /** Whether the port of the application serves them. The management port always does. */
  readonly isOnMainPort: boolean;
  readonly operations: readonly ActionDescription[];
  /** Pages for people. They have routes of their own, and the OpenAPI document leaves them out. Default: none. */
  readonly pages?: readonly Pick<ActionDescription, 'method' | 'path'>[];
  /** Responds to each request below the path, of any method. An error is logged, and the response is a 500. */
  respond(action: ActionRequest): Promise<EndpointResponse>;
}
