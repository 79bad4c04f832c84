import { flatDetails } from '../../core/composite-detail.js';
import { isFailing } from '../../core/status.js';
import type { JsonShape } from '../../options/json-shape.js';
import type { VisibleDetail, VisibleReport } from '../../extension/visible-report.js';
import { type BuiltInFormat, builtInFormat } from './format.js';

/** The JSON of this library, and those of other libraries for tools that read them. */
export const JSON_SHAPES: Readonly<Record<JsonShape, BuiltInFormat>> = {
  vitals: builtInFormat('json', ({ report }) => JSON.stringify(report)),
  terminus: builtInFormat('json', ({ report }) => JSON.stringify(asTerminus(report))),
  spring: builtInFormat('json', ({ report }) => JSON.stringify(asSpring(report))),
};

/**
 * The response of @nestjs/terminus: `info` has the indicators that do not fail, `error` the others, `details` all. It has one
 * level: the parts of a composite follow it under their full names.
 */
function asTerminus({ status, reason, details = {} }: VisibleReport): object {
  const all = [...flatDetails<VisibleDetail>(details)].map(([name, detail]) => [name, terminusDetail(detail)] as const);
  const withStatus = (wanted: 'up' | 'down'): object =>
    Object.fromEntries(all.filter(([, detail]) => detail.status === wanted));
  return {
    status: terminusWord(status, reason),
    info: withStatus('up'),
    error: withStatus('down'),
    details: Object.fromEntries(all),
  };
}

function terminusWord(status: VisibleReport['status'], reason: string | undefined): string {
  if (reason === 'shutting down') return 'shutting_down';
  return isFailing(status) ? 'error' : 'ok';
}

function terminusDetail({ status, error, message, data }: VisibleDetail): { readonly status: 'up' | 'down' } {
  const reason = error ?? message;
  return {
    ...(data as object | undefined),
    ...(reason !== undefined && { message: reason }),
    status: isFailing(status) ? 'down' : 'up',
  };
}

/** The response of Spring Boot Actuator, where `DEGRADED` and `SKIPPED` are custom statuses. */
function asSpring({ status, details }: VisibleReport): object {
  return details ? { status, components: springComponents(details) } : { status };
}

function springComponents(details: Readonly<Record<string, VisibleDetail>>): object {
  return Object.fromEntries(Object.entries(details).map(([name, detail]) => [name, springComponent(detail)]));
}

/** A composite has components instead of details. */
function springComponent({ status, error, message, data, details }: VisibleDetail): object {
  if (details) return { status, components: springComponents(details) };
  // Last, because data may have keys of the same names, and the reason of a failure must stay readable.
  const known = { ...data, ...(error !== undefined && { error }), ...(message !== undefined && { message }) };
  return Object.keys(known).length > 0 ? { status, details: known } : { status };
}
