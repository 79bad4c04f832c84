/** What modules that export metrics have in common, so that one set of alert rules and dashboards fits them all. */
export const METRIC_DEFAULTS = {
  /** Upper bounds of the histogram of durations, in seconds. */
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  /** Of what indicators report as `data`. */
  data: ['days_left'],
} as const;
