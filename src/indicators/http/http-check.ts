import { linkedAbort } from '../../core/async.js';
import { isRecord } from '../../core/is-record.js';
import { reportedData } from '../../core/reported-health.js';
import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';
import { HealthStatus } from '../../core/status.js';
import { type Body, discardBody, readBody } from './body.js';
import {
  type DependencyHealth,
  dependencyHealthIn,
  dependencyHealthOf,
  healthAtStart,
  isHealthType,
  isJsonType,
} from './dependency-health.js';
import type { HttpIndicatorOptions } from './http-options.js';
import { proxyOf } from './proxy.js';
import { send } from './request.js';
import type { HttpHeaders, Target } from './target.js';
import { type HttpResponse, HttpTransport } from './transport.js';

type Options = Omit<HttpIndicatorOptions, 'inject' | 'url' | 'headers'>;

/**
 * The part of an HTTP indicator that sends requests and evaluates responses. It is loaded when an application creates such an
 * indicator: `http.indicator.ts` must not import it statically.
 */
export class HttpCheck {
  readonly #options: Options;
  readonly #maxBodyBytes: number;
  readonly #transport: HttpTransport;

  constructor(options: Options) {
    const { tls, proxy, socketPath, keepAlive = true, maxBodyBytes = 65_536 } = options;
    this.#options = options;
    this.#maxBodyBytes = maxBodyBytes;
    this.#transport = new HttpTransport({ tls, proxy: proxyOf(proxy), socketPath, keepAlive });
  }

  async run(to: Target, added: HttpHeaders | undefined, signal: AbortSignal): Promise<HealthResult> {
    // Node adds listeners to the signal of each request, so each request has a signal of its own.
    const request = linkedAbort(signal);
    try {
      return await this.#request(to, { ...to.headers, ...added }, request.signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      request.release();
    }
  }

  close(): void {
    this.#transport.close();
  }

  async #request({ url }: Target, headers: HttpHeaders, signal: AbortSignal): Promise<HealthResult> {
    const { method = 'GET', body, maxRedirects = 0, expect, readHealth = true } = this.#options;
    const response = await send(this.#transport, { url, method, headers, body }, maxRedirects, signal);
    const data = { host: url.host, http_status: response.status };
    if (!expect && !readHealth) {
      discardBody(response.body, this.#maxBodyBytes);
      return this.#isExpected(response.status) ? up(data) : down(describeStatus(response), data);
    }
    const read = await readBody(response.body, this.#maxBodyBytes);
    return expect ? this.#resultByPredicate(expect, response, read, data) : this.#resultByHealth(response, read, data);
  }

  async #resultByPredicate(
    predicate: NonNullable<Options['expect']>,
    response: HttpResponse,
    { text, isTruncated }: Body,
    data: HealthData,
  ): Promise<HealthResult> {
    if (this.#options.expectedStatus !== undefined && !this.#isExpected(response.status))
      return down(describeStatus(response), data);
    if (isTruncated) return down(`the response is longer than ${this.#maxBodyBytes} bytes`, data);
    const decision: unknown = await predicate({
      status: response.status,
      headers: response.headers,
      body: text,
      json: () => JSON.parse(text) as unknown,
    });
    if (decision === true) return up(data);
    // The engine checks any other value.
    return isRecord(decision)
      ? ({ data, ...decision } as unknown as HealthResult)
      : down('the response is not as expected', data);
  }

  #resultByHealth(response: HttpResponse, read: Body, known: HealthData): HealthResult {
    const health = healthIn(response, read);
    const data = { ...known, ...(typeof health === 'object' && reportedData(health)) };
    const description = typeof health === 'object' ? describe(health) : undefined;
    if (!this.#isExpected(response.status)) {
      const isBad = typeof health === 'object' && health.status !== HealthStatus.UP;
      return down(isBad ? `${describeStatus(response)}, ${description}` : describeStatus(response), data);
    }
    if (health === 'truncated') {
      return degraded(
        `its JSON is longer than ${this.#maxBodyBytes} bytes, so a status in it was not read: set maxBodyBytes, or readHealth to false`,
        data,
      );
    }
    if (health === 'unreadable') return down('the response contains no known health status', data);
    if (health?.status === HealthStatus.DOWN) return down(`it ${description}`, data);
    return health?.status === HealthStatus.DEGRADED ? degraded(`it ${description}`, data) : up(data);
  }

  #isExpected(status: number): boolean {
    const { expectedStatus } = this.#options;
    if (expectedStatus === undefined) return status >= 200 && status <= 299;
    return typeof expectedStatus === 'number' ? status === expectedStatus : expectedStatus.includes(status);
  }
}

/** The health report in the response. Undefined: there is none, and the media type does not require one. */
function healthIn(
  { headers: received }: HttpResponse,
  { text, isTruncated }: Body,
): DependencyHealth | 'unreadable' | 'truncated' | undefined {
  const mediaType = (received.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const header = dependencyHealthOf(received.get('x-health-status'));
  const isJson = isJsonType(mediaType);
  const inBody = isJson ? (isTruncated ? healthAtStart(text) : dependencyHealthIn(text)) : undefined;
  const known = inBody ?? header;
  if (known) return known;
  // A response to HEAD has a media type and no body.
  if (isHealthType(mediaType) && (isTruncated || text !== '')) return 'unreadable';
  return isJson && isTruncated ? 'truncated' : undefined;
}

function describe({ word, failing }: DependencyHealth): string {
  return failing.length > 0 ? `reports ${word}: ${failing.join(', ')}` : `reports ${word}`;
}

function describeStatus({ status, headers: received }: HttpResponse): string {
  const isRedirect = status >= 300 && status <= 399 && received.has('location');
  return isRedirect ? `HTTP status ${status}, a redirect that is not followed` : `HTTP status ${status}`;
}
