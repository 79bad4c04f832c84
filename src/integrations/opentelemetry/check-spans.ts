import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import { isFailing } from '../../core/status.js';
import type { HealthMonitor, HealthOutcome } from '../../extension/health-monitor.js';
import type { OpenTelemetryApi } from './opentelemetry-api.js';

/**
 * Makes a span of each call of a check, which is the parent of those that the libraries it uses make. Returns what ends
 * that.
 */
export function traceChecks(api: OpenTelemetryApi, tracer: Tracer, monitor: HealthMonitor): () => void {
  const { ROOT_CONTEXT, SpanKind, context, trace } = api;
  return monitor.aroundCheck(async ({ indicator, critical, retry, isInBackground }, proceed) => {
    // A timer goes on in the context of whatever was going on when it was set: the start of the application, for ever.
    const parent = isInBackground ? ROOT_CONTEXT : context.active();
    const attributes: Attributes = {
      'health.indicator.name': indicator,
      'health.indicator.critical': critical,
      ...(retry > 0 && { 'health.check.retry': retry }),
    };
    const span = tracer.startSpan(`health.check ${indicator}`, { kind: SpanKind.INTERNAL, attributes }, parent);
    try {
      const ended = await context.with(trace.setSpan(parent, span), proceed);
      if (ended) describe(api, span, ended);
    } finally {
      span.end();
    }
  });
}

/** In words that a caller may read. What was really thrown may hold a connection string, and goes to the log alone. */
function describe(
  { SpanStatusCode }: OpenTelemetryApi,
  span: Span,
  { outcome, isTimeout, code, error, message }: HealthOutcome,
): void {
  span.setAttribute('health.check.outcome', outcome);
  if (!isFailing(outcome)) return;
  span.setAttribute('error.type', isTimeout ? 'timeout' : (code ?? outcome));
  const words = error ?? message;
  span.setStatus({ code: SpanStatusCode.ERROR, ...(words !== undefined && { message: words }) });
}
