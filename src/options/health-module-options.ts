import type { HealthStatus } from '../core/status.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import type { JsonShape } from './json-shape.js';
import type { HealthView } from './view.js';

/** The endpoints that can be turned off, moved, or shown differently. */
export type EndpointName = 'overview' | 'live' | 'ready' | 'startup' | 'deep' | 'checks';

export interface EndpointOptions {
  /**
   * The last part of its path. Default: the endpoint's own name (`ready` is at `/health/ready`). `overview` (`/health`)
   * and `checks` (`/health/<name>`) have none.
   */
  readonly path?: string;
  /**
   * What callers see who are not known through `access`. Default: `status` for live and overview, `components` for
   * ready and startup, `full` for deep and checks. A `full` that is only the default is narrowed to `components` in
   * production (`NODE_ENV`) and wherever `access` is set; one that is set here is honoured everywhere.
   * With `checks: { view: 'status' }` single checks and groups do not exist (404) for such callers.
   */
  readonly view?: HealthView;
  /** Milliseconds within which this endpoint answers. Default: the module's `deadline`. `overview` and `checks` have none of their own. */
  readonly deadline?: number;
}

/** What an `authorize` function is handed: the request of Express or Fastify, as far as both agree. */
export interface HealthRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined };
  /** The address of the caller, as the adapter and its `trust proxy` setting see it. */
  readonly ip?: string;
  /** What an application's own middleware or hooks left on the request (a user, a session). */
  readonly [property: string]: unknown;
}

/**
 * Who may see more than an endpoint's default view. Set either or both; a caller whom one of them knows sees `full`
 * everywhere. Once set, `deep` answers 401 to all others. No answer to a probe ever turns red or green by who asks.
 */
export interface AccessOptions {
  /**
   * Decides by the request: true is `full`, a view is that view, false is a stranger. If it throws, rejects or takes
   * longer than half the deadline, the caller is a stranger.
   */
  readonly authorize?: (request: HealthRequest) => boolean | HealthView | Promise<boolean | HealthView>;
  /**
   * Keys, any of which opens, sent as `X-Health-Key: <key>` or `Authorization: Bearer <key>`, or by a browser as the
   * password of `Authorization: Basic`, whatever the name of the user. Compared in constant time. An empty list, a blank
   * key and an `access` without keys and `authorize` are refused at boot: access would stay open.
   */
  readonly apiKeys?: string | readonly string[];
}

export interface GroupOptions {
  /** Names of indicators. */
  readonly indicators?: readonly string[];
  /** Every indicator that carries one of these tags is in the group too. */
  readonly tags?: readonly string[];
}

/** What the service says of itself in reports. See each field for where it is looked up when it is not set. */
export interface ServiceOptions {
  /** Else `SERVICE_NAME`, `OTEL_SERVICE_NAME`, or the name in the application's package.json. */
  readonly name?: string;
  /** Else `SERVICE_VERSION`, or the version in the application's package.json. It is also the header `X-Service-Version`. */
  readonly version?: string;
  /** Else `DEPLOYMENT_ENVIRONMENT` or `NODE_ENV`. */
  readonly environment?: string;
  /** Else `GIT_COMMIT`, `COMMIT_SHA`, `SOURCE_VERSION` or `GITHUB_SHA`. */
  readonly commit?: string;
}

/** A prober, described by at least one of these. A request has to fit all that are given. */
export interface ProberOptions {
  /** Addresses of the connection or ranges in CIDR notation: `10.0.0.0/8`, `fd00::/8`. Not those that a proxy reports. */
  readonly addresses?: string | readonly string[];
  /** How the `User-Agent` begins: `ELB-HealthChecker/`. */
  readonly agents?: string | readonly string[];
  /** Headers with exactly these values, compared in constant time. A secret value cannot be imitated. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How the application is taken out of service when it shuts down. All durations are milliseconds. */
export interface ShutdownOptions {
  /**
   * How long `ready` answers 503, while everything is still served, before work in flight is waited for. Default:
   * `'auto'`, until each prober that asks for readiness regularly has received three refusals in a row (Kubernetes' own
   * does not count: a pod that is being deleted is taken out without it). Without a prober there is no wait. A number
   * is a fixed time. In a worker of `node:cluster` (PM2's cluster mode) the default is `minDelay` instead: the primary
   * process sends requests to the other workers.
   */
  readonly delay?: 'auto' | number;
  /**
   * What `'auto'` waits at least. Default: 0, and 5000 on Kubernetes, where the withdrawal of a pod reaches the nodes
   * and balancers by itself and nobody who learned of it comes back to tell.
   */
  readonly minDelay?: number;
  /** What `'auto'` waits at most. Default: 15,000. Probers that need longer for three questions are not waited for. */
  readonly maxDelay?: number;
  /**
   * The probers that `'auto'` waits for, where other callers must not count. Default: every caller that asks for
   * readiness regularly, except the kubelet and requests that came through a proxy. In the environment: a list of
   * addresses.
   */
  readonly probers?: readonly ProberOptions[];
  /**
   * How long, after that, requests in flight and announced work may take. Default: 10,000. Then they are named in the
   * log, their connections are closed, and the shutdown goes on. With `maxDelay` it stays below the 30 s that
   * Kubernetes waits by default (`terminationGracePeriodSeconds`).
   */
  readonly timeout?: number;
}

/** The levels of Nest's logger. */
export const LOG_LEVELS = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const;
export type HealthLogLevel = (typeof LOG_LEVELS)[number];

/** Levels of changes, by the status that an indicator has come to, or by both: `'DEGRADED->UP'` beats `UP`. */
export type ChangeLevels = Readonly<
  Partial<Record<HealthStatus | `${HealthStatus}->${HealthStatus}`, HealthLogLevel | false>>
>;

export interface LoggingOptions {
  /**
   * At which level changes are logged, where it is not the default: `warn` for the worse, `log` for the better. False:
   * such a change is not logged. `{ DOWN: 'error', 'DEGRADED->UP': false }`
   */
  readonly levels?: ChangeLevels;
}

export type ClassOrMethodDecorator = ClassDecorator | (ClassDecorator & MethodDecorator);

/** Options of `HealthModule.forRoot()`. All are optional; each says its default and its effect. */
export interface HealthModuleOptions {
  /** The base path of the endpoints. Default: `health`. An application's global prefix comes before it. */
  readonly path?: string;
  /** Each endpoint's settings, or false to leave it out. Default: all are there. */
  readonly endpoints?: Readonly<Partial<Record<EndpointName, EndpointOptions | boolean>>>;
  /**
   * Further paths at the root of the server, whatever the global prefix: true is `/livez`, `/readyz` and `/healthz`, as
   * Kubernetes' own components have them; an object maps paths to probes (`{ '/up': 'ready' }`). Default: false. They
   * are registered on the server itself and before all routes, so that guards, versioning and the middleware of modules do
   * not apply to them, and a catch-all route does not answer instead of them.
   */
  readonly aliases?: boolean | Readonly<Record<string, 'live' | 'ready' | 'startup'>>;
  /** Questions of your own: `{ billing: ['payments', 'ledger'] }` is answered at `/health/billing`. Default: none. */
  readonly groups?: Readonly<Record<string, readonly string[] | GroupOptions>>;
  /**
   * Milliseconds within which every probe answers, whatever the indicators do. Default: 800, because a Kubernetes
   * probe waits 1 s by default and then counts a failure.
   */
  readonly deadline?: number;
  /** How many checks may run at once; others wait for a place. Default: no bound. */
  readonly maxConcurrency?: number;
  /** Options of every indicator that does not set its own. Default: see `HealthIndicatorOptions`. */
  readonly defaults?: HealthIndicatorOptions;
  /** Options of single indicators, by name. They beat the ones in the decorator. Default: none. */
  readonly indicators?: Readonly<Record<string, HealthIndicatorOptions>>;
  /** The HTTP status of a report's status, where it is not the default: 200 for UP and DEGRADED, else 503. */
  readonly statusCodes?: Readonly<Partial<Record<Exclude<HealthStatus, 'SKIPPED'>, number>>>;
  /** Seconds that the header `Retry-After` of a 503 asks the caller to wait. Default: 5. */
  readonly retryAfter?: number;
  /**
   * Further headers of every answer. Default: none. Headers that the answer or the server sets (`content-type`, `date`,
   * `trailer` and the like) are refused at boot. `vary` adds to the names that are there.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Whose JSON the endpoints answer with, for tooling that reads it: `terminus` or `spring` (Boot Actuator). It changes
   * nothing but the JSON: status codes and views stay as they are. Default: `vitals`, this library's own. Other formats
   * than JSON are chosen by the caller.
   */
  readonly format?: JsonShape;
  /** Who may see more than the default views. Default: nobody is known, everybody sees the default. */
  readonly access?: AccessOptions;
  /** How the application is taken out of service when it shuts down. */
  readonly shutdown?: ShutdownOptions;
  /** What the service says of itself. */
  readonly service?: ServiceOptions;
  /**
   * The application's own decorators for the controller, as `Public()` or `SkipThrottle()`, so that an app-wide guard
   * does not take the process out of rotation. Default: none. With `forRootAsync`, those that bring classes along
   * (`UseGuards`, `UseInterceptors`) belong beside the factory, not into its result.
   */
  readonly decorators?: readonly ClassOrMethodDecorator[];
  /** What the names of the environment variables begin with. Default: `HEALTH_`. False: the environment is not read. */
  readonly environmentPrefix?: string | false;
  /** False: changes are not logged. Default: true. An object says at which levels. */
  readonly logging?: boolean | LoggingOptions;
}
