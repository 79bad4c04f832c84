import { elapsed } from '../core/moment.js';
import type { Evaluation } from '../core/probe.js';
import type { StandardProbe } from '../core/registry.js';
import { UnknownProbeError } from '../errors/unknown-probe.error.js';
import type { HealthEndpoint, HealthFormatter } from '../extension/health-endpoints.js';
import { queryParameters } from '../extension/query-parameters.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import type { HealthView } from '../options/view.js';
import type { Access } from './access.js';
import { type HealthActions, NO_BODY, type ReadBody } from '../extension/health-actions.js';
import type { HealthPort } from '../extension/health-port.js';
import { type ActionPort, AdditionalActions } from './additional-actions.js';
import { AdditionalResponses } from './additional-responses.js';
import { Formats } from './formats/formats.js';
import { formatOf } from './formats/negotiation.js';
import { type HealthResponse, addHeaders } from './health-response.js';
import { type HealthRoute, viewFor } from './health-route.js';
import { type Quota, RateLimiter } from './rate-limit/rate-limiter.js';
import { Refusals } from './refusals.js';
import { RenderedResponses } from './rendered-responses.js';

const PLAIN_REQUEST: HealthRequest = { method: 'GET', url: '/', headers: {} };

/** The source of the reports. */
export interface ReportSource {
  has(name: string): boolean;
  /** `timeLimit`: the milliseconds that the caller has left, if that is less than the deadline. */
  evaluate(name: string, timeLimit?: number): Evaluation | Promise<Evaluation>;
}

/** Not a promise if the report is fresh and the caller needs no authentication. */
type PendingResponse = HealthResponse | Promise<HealthResponse>;

/** Called with each response to a probe, a group or an indicator. `at`: its time on the monotonic clock. Default: now. */
export type OnResponse = (name: string, request: HealthRequest, response: HealthResponse, at?: number) => void;

/**
 * Creates the response to an HTTP request: access, view, format, evaluation, rendering, in this order. Requests and responses
 * are data, independent of the framework.
 */
export class Responder {
  readonly #settings: HealthSettings;
  readonly #source: ReportSource;
  readonly #access: Access | undefined;
  readonly #onResponse: OnResponse | undefined;
  readonly #routes: Readonly<Record<StandardProbe | 'overview', HealthRoute>>;
  readonly #deepOnManagement: HealthRoute;
  /** By the last segment of the path. */
  readonly #groupsByPath: ReadonlyMap<string, HealthRoute>;
  /** Unauthenticated callers must not find out which names exist. */
  readonly #hidesNames: boolean;
  readonly #formats: Formats;
  readonly #refusals: Refusals;
  readonly #rendered: RenderedResponses;
  readonly #additional: AdditionalResponses;
  readonly #actions: AdditionalActions;
  readonly #limits: Readonly<Record<'deep' | 'checks', RateLimiter | false | undefined>>;

  constructor(settings: HealthSettings, source: ReportSource, access?: Access, onResponse?: OnResponse) {
    this.#settings = settings;
    this.#source = source;
    this.#access = access;
    this.#onResponse = onResponse;
    this.#routes = routesOf(settings);
    this.#deepOnManagement = { ...this.#routes.deep, port: 'management' };
    this.#groupsByPath = new Map(
      [...settings.groups].flatMap(([name, { path, view, isHidden, isServed }]) =>
        isServed ? [[path, checkRoute(name, view, isHidden)]] : [],
      ),
    );
    const { enabled, view } = settings.endpoints.checks;
    this.#hidesNames =
      (enabled && view === 'status') ||
      [...this.#groupsByPath.values()].some(({ unauthenticated }) => unauthenticated === 404);
    this.#formats = new Formats(settings.format);
    this.#refusals = new Refusals(settings.headers);
    this.#rendered = new RenderedResponses(settings);
    this.#additional = new AdditionalResponses(settings);
    this.#actions = new AdditionalActions(settings);
    const { deep, checks } = settings.rateLimit;
    this.#limits = { deep: deep && new RateLimiter('deep', deep), checks: checks && new RateLimiter('checks', checks) };
  }

  /** The response to a path that is not an endpoint. */
  get notFound(): HealthResponse {
    return this.#refusals.notFound;
  }

  /** Adds an endpoint of another module. */
  add(endpoint: HealthEndpoint): void {
    this.#additional.add(endpoint);
  }

  /** Adds operations of another module. */
  addActions(actions: HealthActions): void {
    this.#actions.add(actions);
  }

  /** Responds to a request for an operation of another module. Undefined: there is none at this URL. */
  act(request: HealthRequest, readBody: ReadBody, port: ActionPort): Promise<HealthResponse> | undefined {
    return this.#actions.respond(request, readBody, () => this.#readView(request), port);
  }

  /** Responds to a request below the base path that no route of a probe has matched. */
  unmatched(request: HealthRequest, readBody: ReadBody, port: ActionPort = 'unmatched'): PendingResponse {
    return this.act(request, readBody, port) ?? this.notFound;
  }

  /** Adds a format of another module. */
  addFormat(formatter: HealthFormatter): void {
    this.#formats.add(formatter);
  }

  /** Responds to `/health`. */
  overview(request: HealthRequest, port?: HealthPort): PendingResponse {
    if (!asksDeep(request.url)) return this.#respond(this.#routes.overview, request);
    return this.#settings.endpoints.deep.enabled ? this.deep(request, port) : this.notFound;
  }

  /** Responds to a standard probe that is never limited. */
  probe(probe: Exclude<StandardProbe, 'deep'>, request: HealthRequest): PendingResponse {
    return this.#respond(this.#routes[probe], request);
  }

  /** Responds to the probe with all indicators. */
  deep(request: HealthRequest, port: HealthPort = 'main'): PendingResponse {
    const route = port === 'main' ? this.#routes.deep : this.#deepOnManagement;
    return this.#respondLimited('deep', route, request);
  }

  /** The response to an unauthenticated request without query and `Accept`, from an existing evaluation. Not recorded. */
  defaultResponse(probe: Exclude<StandardProbe, 'deep'>, evaluation: Evaluation): HealthResponse {
    const route = this.#routes[probe];
    const format = this.#formats.of(PLAIN_REQUEST);
    if (format === undefined) return this.notFound;
    return this.#rendered.get(probe, route.view, evaluation, format, PLAIN_REQUEST.url);
  }

  /** Responds to `/health/<name>`: an indicator, a group, or an endpoint of another module. */
  check(name: string, request: HealthRequest, port: HealthPort = 'main'): PendingResponse {
    // The route with the parameter comes before the own route of an operation.
    const action = this.act(request, NO_BODY, 'main');
    if (action) return action;
    const additional = this.#additional.get(name);
    if (additional) return this.#respondAdditional(additional, request, port);
    const { enabled } = this.#settings.endpoints.checks;
    const route = this.#groupsByPath.get(name) ?? (enabled ? this.#checkRoute(name) : undefined);
    const isCounted = enabled || this.#hidesNames || route !== undefined;
    return isCounted ? this.#respondLimited('checks', route, request) : this.notFound;
  }

  #checkRoute(name: string): HealthRoute | undefined {
    const { endpoints, groups } = this.#settings;
    // Standard probes and groups have routes of their own, which may be disabled or moved.
    if (Object.hasOwn(endpoints, name) || groups.has(name) || !this.#source.has(name)) return undefined;
    const { view } = endpoints.checks;
    return checkRoute(name, view, view === 'status');
  }

  /** Without a route, the name does not exist. It also counts, so that a 429 reveals no name. */
  #respondLimited(limit: 'deep' | 'checks', route: HealthRoute | undefined, request: HealthRequest): PendingResponse {
    const limiter = this.#limits[limit];
    const quota = limiter ? limiter.count(request) : undefined;
    if (quota?.isExceeded) {
      const refusal = this.#refusals.tooManyRequests(quota.headers);
      if (route && this.#onResponse) record(this.#onResponse, route.name, request, refusal);
      return refusal;
    }
    const response = route ? this.#respond(route, request) : this.#respondUnknown(request);
    if (!quota) return response;
    if (response instanceof Promise) return response.then((finished) => withLimit(finished, quota));
    return withLimit(response, quota);
  }

  #respond(route: HealthRoute, request: HealthRequest): PendingResponse {
    let response = this.#access
      ? this.#authorize(route, this.#access, request)
      : this.#show(route, route.view, request);
    if (response instanceof Promise) response = response.catch((error: unknown) => this.#removed(error));
    if (this.#onResponse) record(this.#onResponse, route.name, request, response);
    return response;
  }

  /** Where names are hidden, neither the time nor the count of wrong keys may differ from those of a hidden name. */
  #respondUnknown(request: HealthRequest): PendingResponse {
    if (!this.#access || !this.#hidesNames) return this.notFound;
    return this.#access.viewFor(request, this.#settings.deadline / 2).then(() => this.notFound);
  }

  /** An indicator that is removed while it runs is not found. */
  #removed(error: unknown): HealthResponse {
    if (error instanceof UnknownProbeError) return this.notFound;
    throw error;
  }

  /** Evaluates a report that every caller may see while `authorize` runs, so that a slow `authorize` fails no probe. */
  async #authorize(route: HealthRoute, access: Access, request: HealthRequest): Promise<HealthResponse> {
    const began = elapsed();
    const startsNow = route.unauthenticated === 'default-view' && this.#formats.of(request) !== undefined;
    const [granted, evaluation] = await Promise.all([
      this.#viewGranted(route, access, request),
      startsNow ? this.#source.evaluate(route.probe) : undefined,
    ]);
    // The indicator may have been removed meanwhile.
    if (!evaluation && !this.#source.has(route.probe)) return this.notFound;
    const left = this.#deadlineOf(route.probe) - (elapsed() - began);
    return this.#show(route, granted, request, evaluation, left);
  }

  /** The view that access control grants. `authorize` may take half of the deadline. */
  #viewGranted({ probe }: HealthRoute, access: Access, request: HealthRequest): Promise<HealthView | undefined> {
    return access.viewFor(request, this.#deadlineOf(probe) / 2);
  }

  /** Every step after access. Synchronous while the report is fresh. */
  #show(
    route: HealthRoute,
    granted: HealthView | undefined,
    request: HealthRequest,
    evaluated?: Evaluation,
    timeLimit?: number,
  ): PendingResponse {
    const view = viewFor(route, granted);
    if (view === undefined) return this.#refuse(route, request);
    const format = this.#formats.of(request);
    if (format === undefined) return this.#refusals.notAcceptable(this.#formats.mediaTypes);
    const { probe, port } = route;
    const evaluation = evaluated ?? this.#source.evaluate(probe, timeLimit);
    if (evaluation instanceof Promise) {
      return evaluation.then((current) => this.#rendered.get(probe, view, current, format, request.url, port));
    }
    return this.#rendered.get(probe, view, evaluation, format, request.url, port);
  }

  /** The view of `deep` for a caller. Undefined: the caller may not see it. */
  async #readView(request: HealthRequest): Promise<HealthView | undefined> {
    const { deep } = this.#routes;
    return this.#access ? this.#viewGranted(deep, this.#access, request) : deep.view;
  }

  async #respondAdditional(
    endpoint: HealthEndpoint,
    request: HealthRequest,
    port: HealthPort,
  ): Promise<HealthResponse> {
    const route = this.#additional.routeOf(endpoint);
    const granted = this.#access ? await this.#viewGranted(route, this.#access, request) : route.view;
    const view = viewFor(route, granted);
    const { formats } = endpoint;
    const format = formats ? formatOf(request, formats) : 'json';
    if (view === undefined) return this.#refuse(route, request, format === 'html');
    if (format === undefined) return this.#refusals.notAcceptable(formats ?? {});
    return this.#additional.respond(endpoint, view, format, request, port);
  }

  /** `isPage`: the caller requests a page for people. */
  #refuse({ unauthenticated }: HealthRoute, request: HealthRequest, isPage = false): HealthResponse {
    if (unauthenticated === 404) return this.notFound;
    const slowed = this.#access?.slowedBy(request);
    if (slowed) return this.#refusals.tooManyRequests(slowed.headers);
    const isBrowser = isPage || this.#formats.of(request)?.isForBrowsers === true;
    return this.#access?.hasKeys === true && isBrowser
      ? this.#refusals.unauthorizedInBrowser
      : this.#refusals.unauthorized;
  }

  #deadlineOf(probe: string): number {
    return this.#settings.deadlines[probe] ?? this.#settings.deadline;
  }
}

function checkRoute(name: string, view: HealthView, isHidden: boolean): HealthRoute {
  return { name, probe: name, view, unauthenticated: isHidden ? 404 : 'default-view' };
}

function routesOf({ endpoints }: HealthSettings): Readonly<Record<StandardProbe | 'overview', HealthRoute>> {
  const shownToAll = { unauthenticated: 'default-view' } as const;
  return {
    overview: { name: 'overview', probe: 'live', view: endpoints.overview.view, ...shownToAll },
    live: { name: 'live', probe: 'live', view: endpoints.live.view, ...shownToAll },
    ready: { name: 'ready', probe: 'ready', view: endpoints.ready.view, ...shownToAll },
    startup: { name: 'startup', probe: 'startup', view: endpoints.startup.view, ...shownToAll },
    deep: { name: 'deep', probe: 'deep', view: endpoints.deep.view, unauthenticated: 401 },
  };
}

/** Adds the headers of the limit, except to a 429 for wrong keys, which has those of its own limit. */
function withLimit(response: HealthResponse, { headers }: Quota): HealthResponse {
  return response.statusCode === 429 && 'ratelimit' in response.headers ? response : addHeaders(response, headers);
}

function record(onResponse: OnResponse, name: string, request: HealthRequest, response: PendingResponse): void {
  if (response instanceof Promise) {
    void response.then(
      (finished) => onResponse(name, request, finished),
      () => undefined,
    );
  } else onResponse(name, request, response);
}

/** `?deep=true`, `?deep=1` or `?deep`. Reads the URL, because the application may have set any query parser. */
function asksDeep(url: string): boolean {
  if (!url.includes('?')) return false;
  const value = queryParameters(url).get('deep');
  return value !== null && ['true', '1', ''].includes(value.toLowerCase());
}
