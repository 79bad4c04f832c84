/** Defaults of every module that exports metrics: the same alert rules and dashboards then fit all of them. */
export const METRIC_DEFAULTS = {
  /** Upper bounds of the duration histogram, in seconds. */
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  /** Names of the `data` of indicators that is exported. */
  data: ['days_left'],
} as const;
