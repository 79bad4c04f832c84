import type { HealthMonitor } from '../extension/health-monitor.js';

/** Whether there is an indicator of this name. */
export const isIndicator = (monitor: Pick<HealthMonitor, 'indicators'>, name: string): boolean =>
  monitor.indicators.some((indicator) => indicator.name === name);
