import { HealthStatus } from '../core/status.js';
import type { ApplicationPhase, DrainStep } from '../extension/health-monitor.js';

/** All states of a state set, which has one series for each of them. */
export const STATUSES = Object.values(HealthStatus);

/** A report is never SKIPPED. */
export const REPORT_STATUSES = STATUSES.filter((status) => status !== HealthStatus.SKIPPED);

export const PHASES = Object.keys({
  starting: true,
  accepting: true,
  refusing: true,
  draining: true,
} satisfies Record<ApplicationPhase, true>);

export const DRAIN_STEPS = Object.keys({
  balancers: true,
  work: true,
  connections: true,
  done: true,
} satisfies Record<DrainStep, true>);
