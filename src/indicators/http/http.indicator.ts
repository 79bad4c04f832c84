import type { OnModuleDestroy, Type } from '@nestjs/common';
import { onAbort } from '../../core/async.js';
import type { HealthCheckContext } from '../../core/check.js';
import { isRecord } from '../../core/is-record.js';
import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';
import { reportedData } from '../../core/reported-health.js';
import { HealthStatus } from '../../core/status.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { callable, flag, oneOf, whole } from '../../options/rules.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import { type InjectedInstances, type InjectedToken, injectInto, injectedTokens } from '../injected.js';
import { type Body, discardBody, readBody } from './body.js';
import {
  type ForeignHealth,
  foreignHealthIn,
  foreignHealthOf,
  healthAtStart,
  isHealthType,
  isJsonType,
} from './foreign-health.js';
import {
  bodyRule,
  headersRule,
  headersRuleFor,
  httpUrl,
  proxyRule,
  socketRule,
  statuses,
  targetIn,
} from './http-rules.js';
import { proxyOf } from './proxy.js';
import { send } from './request.js';
import type { HttpHeaders, Target } from './target.js';
import { type HttpTlsOptions, tlsRule } from './tls.js';
import { type HttpResponse, HttpTransport } from './transport.js';

/** The parameter of {@link HttpIndicatorOptions.expect}. */
export interface HttpIndicatorResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body as text; empty for HEAD. */
  readonly body: string;
  /** Parses the body. Throws if the body is not JSON; the indicator is then DOWN. */
  readonly json: () => unknown;
}

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST'] as const;

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
  /** The body of a POST. Default: none. Set its media type with the header `content-type`. */
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
   * only the HTTP status counts, and no body is waited for.
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

/** The options without the types of the injected parameters. */
interface Own extends Omit<HttpIndicatorOptions, 'inject' | 'url' | 'headers'> {
  readonly inject?: readonly InjectedToken[];
  readonly url: string | ((...injected: unknown[]) => unknown);
  readonly headers?: HttpHeaders | ((...injected: unknown[]) => HttpHeaders | Promise<HttpHeaders>);
}

/** Some rules depend on other options. */
const rulesFor = ({ url, method, headers, tls, socketPath }: Own) => ({
  inject: injectedTokens,
  url: httpUrl,
  method: oneOf(METHODS),
  headers: headersRuleFor(headers),
  body: bodyRule(method),
  expectedStatus: statuses,
  expect: callable,
  maxBodyBytes: whole(1, 16 * 1024 * 1024),
  readHealth: flag,
  maxRedirects: whole(0, 20),
  keepAlive: flag,
  tls: tlsRule(tls, targetIn(url)?.url.protocol === 'http:'),
  proxy: proxyRule(socketPath !== undefined),
  socketPath: socketRule,
});

/** Sends an HTTP request, and reads the health report in the response, if there is one. */
export function HttpIndicator<const Tokens extends readonly InjectedToken[] = []>(
  name: string,
  options: HttpIndicatorOptions<Tokens>,
): Type<HealthIndicator> {
  const given = withoutQuery((options ?? {}) as Own);
  const { own, annotate } = configureIndicator<Own>('HttpIndicator', name, given, rulesFor(given), ['url']);
  const {
    inject = [],
    method = 'GET',
    body,
    expect,
    maxBodyBytes = 65_536,
    readHealth = true,
    maxRedirects = 0,
    keepAlive = true,
  } = own;
  const fixed = targetIn(own.url);

  class ConfiguredHttpIndicator implements HealthIndicator, OnModuleDestroy {
    readonly #injected: readonly unknown[];
    readonly #transport = new HttpTransport({
      tls: own.tls,
      proxy: proxyOf(own.proxy),
      socketPath: own.socketPath,
      keepAlive,
    });

    constructor(...injected: unknown[]) {
      this.#injected = injected;
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const target = typeof own.url === 'function' ? targetIn(await own.url(...this.#injected)) : fixed;
      signal.throwIfAborted();
      if (!target) return down('its URL is not an http or https URL');
      if (own.tls && target.url.protocol === 'http:') return down('tls is set, but its URL is not https');
      // Node adds listeners to the signal of each request, so each request has a signal of its own.
      const request = new AbortController();
      const removeListener = onAbort(signal, () => request.abort(signal.reason));
      try {
        return await this.#request(target, request.signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        removeListener();
      }
    }

    onModuleDestroy(): void {
      this.#transport.close();
    }

    async #request(to: Target, signal: AbortSignal): Promise<HealthResult> {
      const added = typeof own.headers === 'function' ? await own.headers(...this.#injected) : own.headers;
      signal.throwIfAborted();
      if (added !== undefined && !headersRule.accepts(added)) return down('its headers cannot be sent');
      const headers = { ...to.headers, ...added };
      const response = await send(this.#transport, { url: to.url, method, headers, body }, maxRedirects, signal);
      const data = { host: to.url.host, http_status: response.status };
      if (!expect && !readHealth) {
        discardBody(response.body, maxBodyBytes);
        return judgeStatus(response, data);
      }
      const read = await readBody(response.body, maxBodyBytes);
      return expect ? judgeBy(expect, response, read, data) : judgeHealth(response, read, data);
    }
  }
  injectInto(ConfiguredHttpIndicator, inject);
  annotate(ConfiguredHttpIndicator);
  return ConfiguredHttpIndicator;

  async function judgeBy(
    predicate: NonNullable<HttpIndicatorOptions['expect']>,
    response: HttpResponse,
    { text, isCut }: Body,
    data: HealthData,
  ): Promise<HealthResult> {
    if (own.expectedStatus !== undefined && !isExpected(response.status)) return down(describeStatus(response), data);
    if (isCut) return down(`the response is longer than ${maxBodyBytes} bytes`, data);
    const verdict: unknown = await predicate({
      status: response.status,
      headers: response.headers,
      body: text,
      json: () => JSON.parse(text) as unknown,
    });
    if (verdict === true) return up(data);
    // The engine checks any other value.
    return isRecord(verdict)
      ? ({ data, ...verdict } as unknown as HealthResult)
      : down('the response is not as expected', data);
  }

  function judgeStatus(response: HttpResponse, data: HealthData): HealthResult {
    return isExpected(response.status) ? up(data) : down(describeStatus(response), data);
  }

  function judgeHealth(response: HttpResponse, read: Body, known: HealthData): HealthResult {
    const health = healthIn(response, read);
    const data = { ...known, ...(typeof health === 'object' && reportedData(health)) };
    const words = typeof health === 'object' ? describe(health) : undefined;
    if (!isExpected(response.status)) {
      const isBad = typeof health === 'object' && health.status !== HealthStatus.UP;
      return down(isBad ? `${describeStatus(response)}, ${words}` : describeStatus(response), data);
    }
    if (health === 'cut') {
      return degraded(
        `its JSON is longer than ${maxBodyBytes} bytes, so a status in it was not read: set maxBodyBytes, or readHealth to false`,
        data,
      );
    }
    if (health === 'unreadable') return down('the response contains no known health status', data);
    if (health?.status === HealthStatus.DOWN) return down(`it ${words}`, data);
    return health?.status === HealthStatus.DEGRADED ? degraded(`it ${words}`, data) : up(data);
  }

  function isExpected(status: number): boolean {
    const { expectedStatus } = own;
    if (expectedStatus === undefined) return status >= 200 && status <= 299;
    return typeof expectedStatus === 'number' ? status === expectedStatus : expectedStatus.includes(status);
  }
}

/** The health report in the response. Undefined: there is none, and the media type does not require one. */
function healthIn(
  { headers: received }: HttpResponse,
  { text, isCut }: Body,
): ForeignHealth | 'unreadable' | 'cut' | undefined {
  const mediaType = (received.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const header = foreignHealthOf(received.get('x-health-status'));
  const isJson = isJsonType(mediaType);
  const inBody = isJson ? (isCut ? healthAtStart(text) : foreignHealthIn(text)) : undefined;
  const known = inBody ?? header;
  if (known) return known;
  // A response to HEAD has a media type and no body.
  if (isHealthType(mediaType) && (isCut || text !== '')) return 'unreadable';
  return isJson && isCut ? 'cut' : undefined;
}

function describe({ word, failing }: ForeignHealth): string {
  return failing.length > 0 ? `reports ${word}: ${failing.join(', ')}` : `reports ${word}`;
}

function describeStatus({ status, headers: received }: HttpResponse): string {
  const isRedirect = status >= 300 && status <= 399 && received.has('location');
  return isRedirect ? `HTTP status ${status}, a redirect that is not followed` : `HTTP status ${status}`;
}

/** A fault at boot shows the URL that cannot be used. Its query and fragment are removed, because they may contain a token. */
function withoutQuery(options: Own): Own {
  const given: unknown = options.url;
  if (typeof given !== 'string' || httpUrl.accepts(given)) return options;
  return { ...options, url: given.replace(/[?#].*$/s, '?…') };
}
