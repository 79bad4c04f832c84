import type { ApplicationPhase, DrainStep } from '../extension/health-monitor.js';

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
