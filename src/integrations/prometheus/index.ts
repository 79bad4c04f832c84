export { HealthPrometheusModule } from './prometheus.module.js';
export type { HealthPrometheusAsyncOptions, HealthPrometheusOptions } from './prometheus-options.js';
