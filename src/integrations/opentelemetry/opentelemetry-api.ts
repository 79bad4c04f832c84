import type * as opentelemetry from '@opentelemetry/api';

/** The package, which is loaded when the module is imported and not before. */
export type OpenTelemetryApi = typeof opentelemetry;

/** What the metrics and the spans are said to come from. */
export const SCOPE = 'nest-vitals';
