import type { CompositeSettings } from '../core/composite.js';
import type { GroupDefinition, StandardProbe } from '../core/registry.js';
import type { ServiceIdentity } from '../core/service-info.js';
import type { ReportStatus } from '../core/status.js';
import type {
  AccessOptions,
  ChangeLevels,
  ClassOrMethodDecorator,
  EndpointName,
  RateLimitOptions,
} from './health-module-options.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import type { JsonShape } from './json-shape.js';
import type { HealthView } from './view.js';

export interface EndpointSettings {
  readonly enabled: boolean;
  readonly path: string;
  /** View for unauthenticated callers. */
  readonly view: HealthView;
  /** The default view was reduced to `components`, because of production or `access`. */
  readonly isNarrowed: boolean;
}

export interface AccessSettings {
  readonly authorize: AccessOptions['authorize'];
  readonly apiKeys: readonly string[];
}

/** A group and its endpoint. */
export interface GroupSettings extends GroupDefinition {
  /** View for unauthenticated callers. */
  readonly view: HealthView;
  /** Unauthenticated callers get 404. */
  readonly isHidden: boolean;
  readonly statusCodes: Readonly<Record<ReportStatus, number>>;
  /** The last segment of the path. */
  readonly path: string;
  /** An additional path, from the root of the server. */
  readonly additionalPath: string | undefined;
  /** The group has options of an endpoint, and therefore a description of its own. */
  readonly hasEndpoint: boolean;
  readonly isServed: boolean;
}

/** A limit of the requests by one address. */
export interface LimitSettings {
  readonly requests: number;
  /** Milliseconds. */
  readonly window: number;
}

/** A named prober. A request must meet every criterion that is set. */
export interface ProberSettings {
  readonly addresses?: readonly string[];
  readonly agents?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The settings of the shutdown. All time spans are milliseconds. */
export interface ShutdownSettings {
  /** `delay` is not set, and a developer runs the application. The shutdown then does not wait for balancers. */
  readonly isDevelopment?: boolean;
  readonly delay: 'auto' | number;
  readonly minDelay: number;
  readonly maxDelay: number;
  readonly timeout: number;
  /** Undefined: every caller with a regular interval can be a prober. */
  readonly probers: readonly ProberSettings[] | undefined;
  /** A worker of node:cluster with the default delay: the primary process sends requests to the other workers. */
  readonly isLeftToPrimary: boolean;
}

/** The module's options, validated, merged with the environment, and completed by the defaults. */
export interface HealthSettings {
  readonly path: string;
  readonly endpoints: Readonly<Record<EndpointName, EndpointSettings>>;
  readonly aliases: ReadonlyMap<string, Exclude<StandardProbe, 'deep'>>;
  readonly groups: ReadonlyMap<string, GroupSettings>;
  readonly composites: ReadonlyMap<string, CompositeSettings>;
  readonly deadline: number;
  readonly deadlines: Readonly<Record<string, number>>;
  readonly maxConcurrency: number;
  readonly defaults: HealthIndicatorOptions;
  readonly indicators: Readonly<Record<string, HealthIndicatorOptions>>;
  readonly statusCodes: Readonly<Record<ReportStatus, number>>;
  readonly retryAfter: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: JsonShape;
  readonly access: AccessSettings | undefined;
  /** False or undefined: no limit. */
  readonly rateLimit: Readonly<Record<keyof RateLimitOptions, LimitSettings | false | undefined>>;
  readonly identity: ServiceIdentity;
  readonly decorators: readonly ClassOrMethodDecorator[];
  readonly shutdown: ShutdownSettings;
  readonly logging: boolean;
  readonly logLevels: ChangeLevels;
}
