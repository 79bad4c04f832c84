/**
 * How much of a report a caller may see: `status` is the one word, `components` adds each indicator's status, the
 * reason and the service's metadata, and `full` adds errors, timings and data.
 */
export const VIEWS = ['status', 'components', 'full'] as const;
export type HealthView = (typeof VIEWS)[number];
