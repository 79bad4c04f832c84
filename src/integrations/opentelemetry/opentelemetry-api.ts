import type * as opentelemetry from '@opentelemetry/api';

/** The package `@opentelemetry/api`, which is loaded only if the module is imported. */
export type OpenTelemetryApi = typeof opentelemetry;

/** Instrumentation scope of the metrics and spans. */
export const SCOPE = 'nest-vitals';
