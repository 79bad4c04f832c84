import type { HealthResult } from '../../core/result.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import type { InjectedInstances, InjectedToken } from '../injected.js';
import type { HttpHeaders } from './target.js';
import type { HttpTlsOptions } from './tls.js';

/** The parameter of {@link HttpIndicatorOptions.expect}. */
export interface HttpIndicatorResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body as text; empty for HEAD. */
  readonly body: string;
  /** Parses the body. Throws if the body is not JSON; the indicator is then DOWN. */
  readonly json: () => unknown;
}

/** The HTTP methods that an indicator may use. */
export const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST'] as const;

/** Options of {@link HttpIndicator}. */
export interface HttpIndicatorOptions<
  Tokens extends readonly InjectedToken[] = readonly InjectedToken[],
> extends HealthIndicatorOptions {
  /** The tokens of the providers that `url` and `headers` receive as parameters. Default: none. */
  readonly inject?: readonly [...Tokens];
  /**
   * The http or https URL, or a function that returns it. The function is called before each attempt with the instances of
   * `inject`. Required. Credentials in the URL are sent as basic authentication. Reports show only the host of the URL.
   */
  readonly url: string | ((...injected: InjectedInstances<Tokens>) => string | Promise<string>);
  /** The HTTP method. Default: `GET`. A `POST` must change nothing, because each run sends it again. */
  readonly method?: (typeof METHODS)[number];
  /**
   * Request headers, or a function that returns them before each attempt, for tokens that expire. The function is called
   * with the instances of `inject`. Default: only `accept` and `user-agent`. They are not sent to another origin after a
   * redirect.
   */
  readonly headers?: HttpHeaders | ((...injected: InjectedInstances<Tokens>) => HttpHeaders | Promise<HttpHeaders>);
  /** The body, with the method POST or OPTIONS. Default: none. Set its media type with the header `content-type`. */
  readonly body?: string;
  /** The expected status codes. Any other is DOWN. Default: 200 to 299, and any status with `expect`. */
  readonly expectedStatus?: number | readonly number[];
  /**
   * Decides by the response: true is UP, false is DOWN, and a result (`degraded('…')`) is used unchanged. Default: none.
   * With this option the body is not read as a health report.
   */
  readonly expect?: (response: HttpIndicatorResponse) => boolean | HealthResult | Promise<boolean | HealthResult>;
  /**
   * The greatest number of bytes of the body that are read, after decompression. Default: 65,536. A longer response is DOWN
   * if `expect` needs its body or if its media type is that of a health report. Longer JSON is DEGRADED, unless it begins
   * with its status. The rest of any other response is not read.
   */
  readonly maxBodyBytes?: number;
  /**
   * Whether the response is read as a health report: the JSON of this library, of Spring Boot and of `@nestjs/terminus`, and
   * `application/health+json`. A dependency that reports itself degraded is DEGRADED, and one that reports itself down is
   * DOWN, whatever the HTTP status. The names and statuses of its components are part of the data. Default: true. False:
   * only the HTTP status counts, and the indicator does not wait for the body.
   */
  readonly readHealth?: boolean;
  /** The greatest number of redirects that are followed. Default: 0. With 0, a redirect is an unexpected status. More redirects than this are DOWN. */
  readonly maxRedirects?: number;
  /**
   * Whether the connection stays open for the next run. Default: true. False: it is closed after each run, so that a
   * balancer chooses a server for each run.
   */
  readonly keepAlive?: boolean;
  /**
   * Certificate authorities, a client certificate and the server's name, for an https URL. Default: the well-known
   * authorities, and no client certificate. After a redirect to another origin, only `ca` applies.
   */
  readonly tls?: HttpTlsOptions;
  /**
   * The http or https URL of an HTTP proxy for the requests. Requests to an https server use CONNECT. Credentials
   * in the URL are sent to the proxy only, and never reported. Default: none, or the proxy of the environment if
   * `NODE_USE_ENV_PROXY` is set.
   */
  readonly proxy?: string;
  /** The path of a Unix domain socket to connect to, instead of the host of the URL. Default: none. */
  readonly socketPath?: string;
}
