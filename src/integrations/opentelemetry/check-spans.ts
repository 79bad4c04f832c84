import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import { isFailing } from '../../core/status.js';
import type { HealthMonitor, HealthOutcome } from '../../extension/health-monitor.js';
import type { OpenTelemetryApi } from './opentelemetry-api.js';

/**
 * Creates a span for each attempt of a check. Spans that the check creates are its children. Returns a function that
 * stops this.
 */
export function traceChecks(api: OpenTelemetryApi, tracer: Tracer, monitor: HealthMonitor): () => void {
  const { ROOT_CONTEXT, SpanKind, context, trace } = api;
  return monitor.aroundCheck(async ({ indicator, critical, retry, isInBackground }, proceed) => {
    // A timer keeps the context in which it was set, so every background run would be part of the trace of the start.
    const parent = isInBackground ? ROOT_CONTEXT : context.active();
    const attributes: Attributes = {
      'health.indicator.name': indicator,
      'health.indicator.critical': critical,
      ...(retry > 0 && { 'health.check.retry': retry }),
    };
    const span = tracer.startSpan(`health.check ${indicator}`, { kind: SpanKind.INTERNAL, attributes }, parent);
    try {
      const result = await context.with(trace.setSpan(parent, span), proceed);
      if (result) describe(api, span, result);
    } finally {
      span.end();
    }
  });
}

/** Adds only texts that callers may see. The thrown error may contain a connection string and is only logged. */
function describe(
  { SpanStatusCode }: OpenTelemetryApi,
  span: Span,
  { outcome, isTimeout, code, error, message }: HealthOutcome,
): void {
  span.setAttribute('health.check.outcome', outcome);
  if (!isFailing(outcome)) return;
  span.setAttribute('error.type', isTimeout ? 'timeout' : (code ?? outcome));
  const text = error ?? message;
  span.setStatus({ code: SpanStatusCode.ERROR, ...(text !== undefined && { message: text }) });
}
