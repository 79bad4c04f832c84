export { HealthOpenTelemetryModule } from './opentelemetry.module.js';
export type { HealthOpenTelemetryAsyncOptions, HealthOpenTelemetryOptions } from './opentelemetry-options.js';
