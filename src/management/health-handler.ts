import { elapsed } from '../core/moment.js';
import { additionalPaths } from '../endpoints/aliases.js';
import type { EndpointParts } from '../endpoints/endpoint-parts.js';
import type { ReadBody } from '../extension/health-actions.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { SHARED_PROBES, type SharedProbe, pathOf, probeAt } from './shared-probes.js';
import type { HealthResponse } from '../endpoints/health-response.js';
import { methodNotAllowed } from '../endpoints/method-not-allowed.js';
import { type FailureSettings, failureResponse } from './failure-response.js';
import type { OnResponse } from '../endpoints/responder.js';

/** The response to a request without query, credentials and special `Accept`, and the time for which it can be reused. */
export interface ResponseSnapshot {
  readonly response: HealthResponse;
  /** Milliseconds from now. 0: it must not be reused. */
  readonly freshFor: number;
  /** The snapshot is obsolete when the counter in `HealthHandler.revision` differs. */
  readonly revision: number;
}

/**
 * Responds to requests that arrive on a server other than the adapter's, with the same access, views, formats and bytes.
 */
export interface HealthHandler {
  /** The paths of the shared probes in lower case, with aliases, without a global prefix. */
  readonly paths: ReadonlyMap<string, SharedProbe>;
  /** Whether an `authorize` function receives every request. The default response then depends on the caller. */
  readonly dependsOnCaller: boolean;
  /** Milliseconds within which each shared probe responds. */
  readonly deadlines: Readonly<Record<SharedProbe, number>>;
  /** Holds one 32-bit counter, which any thread can read. */
  readonly revision: SharedArrayBuffer;
  /** The settings of the responses of {@link failure}, for the thread. */
  readonly failures: FailureSettings;
  /** The shared probe at this URL. */
  probeAt(url: string): SharedProbe | undefined;
  /** Responds to any path and method. Never rejects. */
  handle(request: HealthRequest, readBody: ReadBody): HealthResponse | Promise<HealthResponse>;
  /** Evaluates a shared probe. The caller responds to requests with the result, and has to record them. */
  snapshot(probe: SharedProbe): Promise<ResponseSnapshot>;
  /** Records a request that has received a snapshot. `at`: on the clock of `performance.now()`. */
  record(probe: SharedProbe, request: HealthRequest, response: HealthResponse, at: number): void;
  /** The response of an instance that cannot evaluate its probes: DOWN, or OUT_OF_SERVICE while it starts. */
  failure(reason: string, status?: 'DOWN' | 'OUT_OF_SERVICE'): HealthResponse;
}

/** Finds the endpoint of a request by its path, as the adapter's router does for the main port. */
export class RequestHandler implements HealthHandler {
  readonly paths: ReadonlyMap<string, SharedProbe>;
  readonly dependsOnCaller: boolean;
  readonly deadlines: Readonly<Record<SharedProbe, number>>;
  readonly revision: SharedArrayBuffer;
  readonly record: OnResponse;
  readonly failures: FailureSettings;
  readonly #parts: EndpointParts;
  readonly #notAllowed: HealthResponse;
  readonly #fixed: ReadonlyMap<string, (request: HealthRequest) => HealthResponse | Promise<HealthResponse>>;

  constructor(parts: EndpointParts) {
    const { settings, responder, revision, record } = parts;
    const { endpoints, aliases, access, deadline, deadlines, statusCodes, retryAfter } = settings;
    const path = settings.path.toLowerCase();
    this.#parts = parts;
    this.record = record;
    this.revision = revision.memory;
    this.dependsOnCaller = access?.authorize !== undefined;
    this.deadlines = {
      live: deadlines['live'] ?? deadline,
      ready: deadlines['ready'] ?? deadline,
      startup: deadlines['startup'] ?? deadline,
    };
    this.failures = {
      statusCodes: { DOWN: statusCodes.DOWN, OUT_OF_SERVICE: statusCodes.OUT_OF_SERVICE },
      retryAfter,
      headers: settings.headers,
    };
    this.#notAllowed = methodNotAllowed('GET, HEAD', settings.headers);

    const paths = new Map<string, SharedProbe>();
    for (const [alias, probe] of aliases) paths.set(alias.toLowerCase(), probe);
    for (const probe of SHARED_PROBES) {
      if (endpoints[probe].enabled) paths.set(`/${path}/${endpoints[probe].path.toLowerCase()}`, probe);
    }
    this.paths = paths;
    this.#fixed = new Map([
      ...(endpoints.overview.enabled
        ? [[`/${path}`, (request: HealthRequest) => responder.overview(request, 'management')] as const]
        : []),
      ...(endpoints.deep.enabled
        ? [
            [
              `/${path}/${endpoints.deep.path.toLowerCase()}`,
              (request: HealthRequest) => responder.deep(request, 'management'),
            ] as const,
          ]
        : []),
      ...additionalPaths(settings, responder),
      ...[...paths].map(
        ([shared, probe]) => [shared, (request: HealthRequest) => responder.probe(probe, request)] as const,
      ),
    ]);
  }

  probeAt(url: string): SharedProbe | undefined {
    return probeAt(url, this.paths);
  }

  handle(request: HealthRequest, readBody: ReadBody): HealthResponse | Promise<HealthResponse> {
    const { responder, settings } = this.#parts;
    const action = responder.act(request, readBody, 'management');
    if (action) return action;
    if (request.method !== 'GET' && request.method !== 'HEAD') return this.#notAllowed;
    const path = pathOf(request.url);
    // Case is ignored as on Express, except in names.
    const folded = path.toLowerCase();
    const respond = this.#fixed.get(folded);
    if (respond) return respond(request);
    const base = `/${settings.path.toLowerCase()}/`;
    const name = folded.startsWith(base) ? decoded(path.slice(base.length)) : undefined;
    return name === undefined || name.split('/').length > 2
      ? responder.notFound
      : responder.check(name, request, 'management');
  }

  async snapshot(probe: SharedProbe): Promise<ResponseSnapshot> {
    const { source, responder } = this.#parts;
    // One evaluation only: with a ttl of 0 each evaluation runs the checks.
    const evaluation = await source.evaluate(probe);
    return {
      response: responder.defaultResponse(probe, evaluation),
      freshFor: Math.max(0, evaluation.reusableUntil - elapsed()),
      revision: evaluation.revision,
    };
  }

  failure(reason: string, status: 'DOWN' | 'OUT_OF_SERVICE' = 'DOWN'): HealthResponse {
    return failureResponse(this.failures, status, reason);
  }
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
