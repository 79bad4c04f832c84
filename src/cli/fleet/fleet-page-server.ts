import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Access } from '../../endpoints/access.js';
import { closeServer } from '../../lifecycle/servers/close-server.js';
import { formatOf } from '../../endpoints/formats/negotiation.js';
import {
  BASE_HEADERS,
  type HealthResponse,
  finishHead,
  finishResponse,
  finishText,
  mergeHeaders,
} from '../../endpoints/health-response.js';
import { methodNotAllowed } from '../../endpoints/method-not-allowed.js';
import { RateLimiter } from '../../endpoints/rate-limit/rate-limiter.js';
import { Refusals } from '../../endpoints/refusals.js';
import { writeResponse } from '../../endpoints/write-response.js';
import { FLEET_FORMATS, type FleetOverview } from '../../fleet/fleet-overview.js';
import { memoizePerTick } from '../../fleet/memoize-per-tick.js';
import { FLEET_METRICS } from '../../metrics/fleet-metrics.js';
import { PROMETHEUS_TEXT, prometheusText } from '../../metrics/prometheus-text.js';
import { FAILED_KEYS } from '../../options/defaults.js';
import type { HealthRequest } from '../../options/health-module-options.js';
import { type FleetPageSettings, isLoopback } from './fleet-settings.js';

/** Both are the page. The second one is its path in applications, for monitors that are configured with it. */
const PAGE_PATHS = ['/', '/health/fleet'];
export const METRICS_PATH = '/metrics';
/** Requests of browsers and monitors are small. The limits prevent unknown callers from occupying memory and connections. */
const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 5000,
};
const MOST_CONNECTIONS = 2000;
/** Milliseconds that `authorize` may take. There is no such function here, so it has no effect. */
const ACCESS_TIMEOUT = 1000;

/** The page of the fleet on a port of its own, and the metrics of the fleet if `hasMetrics` is true. */
export class FleetPageServer {
  readonly #overview: FleetOverview;
  readonly #settings: FleetPageSettings;
  readonly #paths: ReadonlySet<string>;
  readonly #onFault: (fault: unknown) => void;
  readonly #refusals = new Refusals({});
  readonly #access: Access | undefined;
  readonly #server: Server;

  /** `onFault` receives the error of a request that got a 500. */
  constructor(overview: FleetOverview, settings: FleetPageSettings, onFault: (fault: unknown) => void) {
    this.#overview = overview;
    this.#settings = settings;
    this.#paths = new Set(settings.hasMetrics ? [...PAGE_PATHS, METRICS_PATH] : PAGE_PATHS);
    this.#onFault = onFault;
    const { key } = settings;
    if (key !== undefined) {
      const limiter = new RateLimiter('failed-keys', FAILED_KEYS);
      this.#access = new Access({ apiKeys: [key], authorize: undefined }, () => undefined, limiter);
    }
    this.#server = createServer(LIMITS, (request, response) => void this.#respond(request, response));
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** Rejects with the error of the system if the port cannot be opened. */
  async listen(): Promise<AddressInfo> {
    const { host, port } = this.#settings;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => resolve(this.#server.address() as AddressInfo));
    });
  }

  /** Ends the streams, and waits a moment for responses in flight. */
  async close(): Promise<void> {
    this.#overview.closePages();
    await closeServer(this.#server);
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Discards the body.
    request.resume();
    try {
      writeResponse(response, await this.#responseTo(request as IncomingMessage & HealthRequest));
    } catch (fault) {
      // Without this, the error of one request would end the process.
      this.#onFault(fault);
      writeResponse(response, finishResponse(500, BASE_HEADERS, { error: 'the page cannot be rendered' }));
    }
  }

  async #responseTo(request: IncomingMessage & HealthRequest): Promise<HealthResponse> {
    const { method, url } = request;
    if (this.#isForeign(request)) return finishResponse(403, BASE_HEADERS, { error: 'unknown host' });
    const path = url.split('?', 1)[0] ?? '';
    if (!this.#paths.has(path)) return this.#refusals.notFound;
    if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed('GET, HEAD');
    const format = path === METRICS_PATH ? 'metrics' : formatOf(request, FLEET_FORMATS);
    const refusal = await this.#refusalOf(request, format);
    if (refusal) return refusal;
    if (format === undefined) return this.#refusals.notAcceptable(FLEET_FORMATS);
    if (format === 'metrics') return this.#metrics();
    const shown = this.#overview.respond(request, format);
    const { statusCode, contentType } = shown;
    const headers = mergeHeaders(BASE_HEADERS, { 'content-type': contentType }, shown.headers);
    if ('body' in shown) return finishText(statusCode, headers, shown.body);
    return finishHead(statusCode, headers, (outlet) => shown.open(outlet));
  }

  #metrics(): HealthResponse {
    const fleet = { counts: memoizePerTick(() => this.#overview.counts()) };
    const headers = mergeHeaders(BASE_HEADERS, { 'content-type': PROMETHEUS_TEXT });
    return finishText(200, headers, prometheusText(FLEET_METRICS, { monitor: { fleet } }));
  }

  async #refusalOf(request: HealthRequest, format: string | undefined): Promise<HealthResponse | undefined> {
    if (!this.#access || (await this.#access.viewFor(request, ACCESS_TIMEOUT)) !== undefined) return undefined;
    const slowed = this.#access.slowedBy(request);
    if (slowed) return this.#refusals.tooManyRequests(slowed.headers);
    return format === 'html' ? this.#refusals.unauthorizedInBrowser : this.#refusals.unauthorized;
  }

  /**
   * Without a key, a page of another site could read this one, if the host name of that site resolves to the loopback address
   * (DNS rebinding).
   */
  #isForeign({ headers: { host = '' } }: IncomingMessage): boolean {
    return this.#settings.isLoopback && !this.#access && !isLoopback(host.replace(/:\d+$/, ''));
  }
}
