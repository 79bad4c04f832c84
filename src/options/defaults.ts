import { type CheckSettings, type SharedQuorum, longestRunOf } from '../core/check.js';
import type { ReportStatus } from '../core/status.js';
import type { EndpointName } from './health-module-options.js';
import type { HealthView } from './view.js';

/** All defaults. docs/concepts.md gives the reason for each. */
export const INDICATOR_DEFAULTS = {
  probes: ['ready'],
  tags: [],
  enabled: true,
  critical: true,
  shared: false,
  scope: 'instance',
  timeout: 500,
  ttl: 1000,
  interval: undefined,
  initialDelay: 0,
  retries: 0,
  retryDelay: 100,
  failureThreshold: 1,
  successThreshold: 1,
  slowThreshold: undefined,
  when: undefined,
} as const satisfies Omit<CheckSettings, 'maxAge'>;

/** Half of the other instances, of which at least three must be known: with fewer, one faulty peer would decide. */
export const SHARED_QUORUM: SharedQuorum = { quorum: 0.5, minPeers: 3 };

/** Three default periods of a Kubernetes probe, in milliseconds. */
const MAX_AGE = 30_000;
const INTERVALS_TRUSTED = 3;

export function defaultMaxAge(settings: Omit<CheckSettings, 'maxAge'>): number {
  const { interval = 0, ttl } = settings;
  // In a fleet, the outcome of an instance must stay valid until another one has taken over its lease.
  const period = interval === 0 && settings.scope === 'fleet' ? ttl : interval;
  return Math.max(MAX_AGE, ttl, period === 0 ? 0 : INTERVALS_TRUSTED * period + longestRunOf(settings));
}

export const MODULE_DEFAULTS = {
  path: 'health',
  deadline: 800,
  maxConcurrency: Infinity,
  retryAfter: 5,
  format: 'vitals',
  environmentPrefix: 'HEALTH_',
  logging: true,
} as const;

/** Wrong API keys of one address. The window is in milliseconds. */
export const FAILED_KEYS = { requests: 20, window: 60_000 } as const;

export const SHUTDOWN_DEFAULTS = { delay: 'auto', minDelay: 0, maxDelay: 15_000, timeout: 10_000 } as const;
/** The time in which the removal of a pod's endpoints usually reaches every node, in milliseconds. */
export const KUBERNETES_MIN_DELAY = 5000;

export const ENDPOINT_VIEWS: Readonly<Record<EndpointName, HealthView>> = {
  overview: 'status',
  live: 'status',
  ready: 'components',
  startup: 'components',
  deep: 'full',
  checks: 'full',
};

export const STATUS_CODES: Readonly<Record<ReportStatus, number>> = {
  UP: 200,
  DEGRADED: 200,
  UNKNOWN: 503,
  OUT_OF_SERVICE: 503,
  DOWN: 503,
};

export const ALIASES = { '/livez': 'live', '/readyz': 'ready', '/healthz': 'live' } as const;
