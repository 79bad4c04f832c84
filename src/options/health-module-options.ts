import type { HealthStatus } from '../core/status.js';
import type { Duration } from './duration.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import type { JsonShape } from './json-shape.js';
import type { ShutdownOptions } from './shutdown-options.js';
import type { HealthView } from './view.js';

/** The endpoints that have options. */
export type EndpointName = 'overview' | 'live' | 'ready' | 'startup' | 'deep' | 'checks';

export interface EndpointOptions {
  /**
   * The last segment of the path. Default: the name of the endpoint (`ready` is at `/health/ready`). `overview` (`/health`)
   * and `checks` (`/health/<name>`) have no such segment.
   */
  readonly path?: string;
  /**
   * The view for unauthenticated callers. Default: `status` for live and overview, `components` for ready and startup,
   * `full` for deep and checks. The default `full` becomes `components` in production (`NODE_ENV`) and wherever `access` is
   * set; a view that is set here applies everywhere. With `checks: { view: 'status' }`, unauthenticated callers get 404 for
   * single checks and groups.
   */
  readonly view?: HealthView;
  /**
   * The time within which this endpoint responds. Default: the module's `deadline`. `overview` and `checks` have no deadline
   * of their own.
   */
  readonly deadline?: Duration;
}

/** The request that an `authorize` function receives: the properties that Express and Fastify have in common. */
export interface HealthRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined };
  /** The address of the caller, as the adapter and its `trust proxy` setting determine it. */
  readonly ip?: string;
  /** Properties that the application's middleware or hooks have set on the request (a user, a session). */
  readonly [property: string]: unknown;
}

/**
 * Authenticates callers, who then see more than an endpoint's default view. Set either option or both; a caller that one of
 * them accepts sees `full` everywhere. With `access`, `deep` responds 401 to unauthenticated callers. The status of a report
 * does not depend on the caller.
 */
export interface AccessOptions {
  /**
   * Decides by the request: true means `full`, a view means that view, false means unauthenticated. The caller is also
   * unauthenticated when the function throws, rejects, or takes longer than half the deadline. Default: none.
   *
   * @example
   * { authorize: (request) => request.headers['x-team'] === 'operations' }
   */
  readonly authorize?: (request: HealthRequest) => boolean | HealthView | Promise<boolean | HealthView>;
  /**
   * Keys, each of which is sufficient. A caller sends one as `X-Health-Key: <key>` or `Authorization: Bearer <key>`; a
   * browser sends it as the password of `Authorization: Basic`, with any user name. Keys are compared in constant time. An
   * empty list, a blank key, and an `access` without `apiKeys` and `authorize` stop the boot, because access would stay
   * open. Default: none.
   *
   * @example
   * { apiKeys: process.env.OPERATIONS_KEY }
   */
  readonly apiKeys?: string | readonly string[];
}

/**
 * A number of requests and a time of at least one second. That many requests are allowed at once; afterwards one more per
 * `time / requests`: `'30/1m'` allows one request every 2 s.
 */
export type RateLimit = `${bigint}/${bigint}${'ms' | 's' | 'm' | 'h'}`;

/** Limits of the requests by one address. `live`, `ready`, `startup` and their aliases are never limited. */
export interface RateLimitOptions {
  /** Requests for `deep`, as `'30/1m'`. Default: false, no limit. */
  readonly deep?: RateLimit | false;
  /**
   * Requests for single indicators and groups (`/health/<name>`), also for names that do not exist. Default: false, no
   * limit. A balancer that requests a group counts like every other caller.
   */
  readonly checks?: RateLimit | false;
  /**
   * Requests with a key for the operations of `HealthControlModule`, and the forms that are sent to it. Default: false, no
   * limit. Requests without a key are refused and do not count, and opening a form does not count.
   */
  readonly control?: RateLimit | false;
  /**
   * Requests with a wrong API key. Default: `'20/1m'`. An address that has sent more gets 429 where it would get 401, and
   * its keys are not compared until the limit permits it, not even a correct one. A credential that `authorize` accepts does
   * not count.
   */
  readonly failedKeys?: RateLimit | false;
}

/** Options of a composite: the indicators whose names begin with its name and a slash. */
export interface CompositeOptions {
  /**
   * The rule for the status. Default: `'all'`, the status of the worst part, as in a report: a part with `critical: false`
   * only degrades. With `'any'` the composite passes while one part passes, and with `{ atLeast: 2 }` while two do; it is
   * DEGRADED when some fail. These two rules ignore `critical` of the parts. SKIPPED parts do not count. A probe that has
   * fewer parts needs all of them.
   */
  readonly aggregation?: 'all' | 'any' | { readonly atLeast: number };
  /** Whether the composite alone can make a report fail. Default: true. With false, its failure only degrades the report. */
  readonly critical?: boolean;
}

/**
 * A group. With one of the options after `tags`, it is an endpoint of its own: the OpenAPI document contains it, and it
 * exists with `endpoints: { checks: false }` too.
 */
export interface GroupOptions {
  /** Names of indicators, parts (`database/primary`) or composites, which stand for all their parts. Default: none. */
  readonly indicators?: readonly string[];
  /** The group also contains every indicator with one of these tags. Default: none. */
  readonly tags?: readonly string[];
  /**
   * The view for unauthenticated callers. Default: that of the endpoint `checks`. A view that is set here applies everywhere,
   * also in production.
   */
  readonly view?: HealthView;
  /** The HTTP status codes of the statuses of its report. A status that is left out has the code of the module's `statusCodes`. */
  readonly statusCodes?: Readonly<Partial<Record<Exclude<HealthStatus, 'SKIPPED'>, number>>>;
  /** The time within which the group responds. Default: the module's `deadline`. */
  readonly deadline?: Duration;
  /** The last segment of the path, below the base path. Default: the name of the group (`/health/billing`). */
  readonly path?: string;
  /**
   * An additional path at the root of the application's server, without the global prefix, like an alias. It exists on that
   * server even if the endpoints are only on the management port. Default: none.
   *
   * @example
   * { groups: { public: { tags: ['public'], view: 'status', additionalPath: '/up' } } }
   */
  readonly additionalPath?: string;
}

/** The metadata of the service in reports. The default of each option is the first of the named sources that has a value. */
export interface ServiceOptions {
  /** The name of the service. Reports, alerts and the fleet show it. Default: `SERVICE_NAME`, `OTEL_SERVICE_NAME`, or the name in the application's package.json. */
  readonly name?: string;
  /** The version of the service. Reports and the header `X-Service-Version` show it. Default: `SERVICE_VERSION`, or the version in the application's package.json. */
  readonly version?: string;
  /** The environment that the service runs in, such as `production`. Reports show it. Default: `DEPLOYMENT_ENVIRONMENT` or `NODE_ENV`. */
  readonly environment?: string;
  /** The commit that the service was built from. Reports show it. Default: `GIT_COMMIT`, `COMMIT_SHA`, `SOURCE_VERSION` or `GITHUB_SHA`. */
  readonly commit?: string;
}

/** The levels of Nest's logger. */
export const LOG_LEVELS = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const;
export type HealthLogLevel = (typeof LOG_LEVELS)[number];

/** Levels of status changes, by the new status, or by the old and the new: `'DEGRADED->UP'` takes precedence over `UP`. */
export type ChangeLevels = Readonly<
  Partial<Record<HealthStatus | `${HealthStatus}->${HealthStatus}`, HealthLogLevel | false>>
>;

export interface LoggingOptions {
  /**
   * The log levels of status changes. Default: changes for the worse are logged as `warn`, recoveries as `log`. With false, a
   * change is not logged. `{ DOWN: 'error', 'DEGRADED->UP': false }`
   */
  readonly levels?: ChangeLevels;
}

export type ClassOrMethodDecorator = ClassDecorator | (ClassDecorator & MethodDecorator);

/** Options of `HealthModule.forRoot()`. All are optional. Time spans are milliseconds, or text with a unit (`'5s'`). */
export interface HealthModuleOptions {
  /** The base path of the endpoints. Default: `health`. The application's global prefix is put before it. */
  readonly path?: string;
  /** Options of each endpoint; false removes the endpoint. Default: every endpoint exists. */
  readonly endpoints?: Readonly<Partial<Record<EndpointName, EndpointOptions | boolean>>>;
  /**
   * Additional paths at the root of the server, without the global prefix: true adds `/livez`, `/readyz` and `/healthz`, the
   * paths of Kubernetes' own components; an object maps paths to probes (`{ '/up': 'ready' }`). Default: false. They are
   * registered on the server before all routes: guards, versioning and the middleware of modules do not apply to them, and
   * a catch-all route does not hide them.
   */
  readonly aliases?: boolean | Readonly<Record<string, 'live' | 'ready' | 'startup'>>;
  /**
   * Custom groups of indicators. Each has an endpoint (`/health/<group>`). Default: none.
   *
   * @example
   * { groups: { billing: ['payments', 'ledger'], storage: { tags: ['disk'] } } }
   */
  readonly groups?: Readonly<Record<string, readonly string[] | GroupOptions>>;
  /**
   * Options of composites, by name. The indicators `database/primary` and `database/replica` are the parts of the composite
   * `database`: reports show it as one entry with its parts inside. Default: see `CompositeOptions`. Name a composite here
   * when its parts are registered at run time, or are named by the property `indicatorName` of their instances: it then has
   * the endpoints of the parts (`/health/<name>/<part>`).
   *
   * @example
   * { composites: { database: { aggregation: 'any' } } }
   */
  readonly composites?: Readonly<Record<string, CompositeOptions>>;
  /**
   * The time within which every probe responds, whatever the indicators do. Default: 800 ms, because a Kubernetes probe
   * waits 1 s by default and then counts a failure.
   *
   * @example
   * { deadline: '2s' }
   */
  readonly deadline?: Duration;
  /** How many checks may run at the same time; further checks wait. Default: unlimited. */
  readonly maxConcurrency?: number;
  /** Options of every indicator that does not set its own. Default: see `HealthIndicatorOptions`. */
  readonly defaults?: HealthIndicatorOptions;
  /** Options of single indicators, by name. They override the options of the decorator. Default: none. */
  readonly indicators?: Readonly<Record<string, HealthIndicatorOptions>>;
  /**
   * The HTTP status codes of the statuses of a report. Default: 200 for UP and DEGRADED, 503 for all others. A status that
   * is left out keeps its default.
   *
   * @example
   * { statusCodes: { DEGRADED: 207 } }
   */
  readonly statusCodes?: Readonly<Partial<Record<Exclude<HealthStatus, 'SKIPPED'>, number>>>;
  /** The value of the header `Retry-After` of a 503, in seconds. Default: 5. */
  readonly retryAfter?: number;
  /**
   * Additional headers of every response. Default: none. Headers that the library or the server sets (`content-type`,
   * `date`, `trailer` and others) stop the boot. `vary` adds to the existing names.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The structure of the JSON. Default: `vitals`, that of this library. `terminus` and `spring` serve tools that read the
   * JSON of `@nestjs/terminus` or Spring Boot Actuator. Status codes and views stay the same. Callers choose formats other
   * than JSON by the header `Accept`.
   */
  readonly format?: JsonShape;
  /**
   * Authenticates callers, who then see more than the default views. Default: every caller is unauthenticated.
   *
   * @example
   * { access: { apiKeys: process.env.OPERATIONS_KEY } }
   */
  readonly access?: AccessOptions;
  /**
   * Limits of the requests by one address: an IPv4 address, or the /64 network of an IPv6 address. A request beyond a limit
   * gets 429 with `Retry-After`. The address is `request.ip`, which follows the `trust proxy` setting of the adapter.
   * Default: wrong API keys are limited, requests are not.
   *
   * @example
   * { rateLimit: { deep: '30/1m' } }
   */
  readonly rateLimit?: RateLimitOptions;
  /**
   * Options of the shutdown. Default: see `ShutdownOptions`.
   *
   * @example
   * { shutdown: { maxDelay: '18s', timeout: '8s' } }
   */
  readonly shutdown?: ShutdownOptions;
  /** The metadata of the service in reports. Default: see `ServiceOptions`. */
  readonly service?: ServiceOptions;
  /**
   * The application's own decorators for the controller, such as `Public()` or `SkipThrottle()`, so that a global guard does
   * not make probes fail. Default: none. With `forRootAsync`, decorators that register classes (`UseGuards`,
   * `UseInterceptors`) belong next to the factory, not in its result.
   */
  readonly decorators?: readonly ClassOrMethodDecorator[];
  /** The prefix of the environment variables. Default: `HEALTH_`. With false, the environment is not read. */
  readonly environmentPrefix?: string | false;
  /** Whether status changes are logged. Default: true. An object sets the levels. */
  readonly logging?: boolean | LoggingOptions;
}
