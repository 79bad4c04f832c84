/**
 * The part of a report that a caller may see. `status` is the aggregated status only. `components` adds each indicator's
 * status, the reason and the service's metadata. `full` adds errors, timings and data.
 */
export const VIEWS = ['status', 'components', 'full'] as const;
export type HealthView = (typeof VIEWS)[number];
