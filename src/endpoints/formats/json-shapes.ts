import { isFailing } from '../../core/status.js';
import type { JsonShape } from '../../options/json-shape.js';
import type { VisibleDetail, VisibleReport } from '../../extension/visible-report.js';
import type { Presenter } from './format.js';

/** The JSON of this library, or that of another one, for whoever has tooling that reads it. */
export const JSON_PRESENTERS: Readonly<Record<JsonShape, Presenter>> = {
  vitals: (report) => JSON.stringify(report),
  terminus: (report) => JSON.stringify(asTerminus(report)),
  spring: (report) => JSON.stringify(asSpring(report)),
};

/** As the health check of @nestjs/terminus answers: what is up, what is not, and both together. */
function asTerminus({ status, reason, details = {} }: VisibleReport): object {
  const all = Object.entries(details).map(([name, detail]) => [name, terminusDetail(detail)] as const);
  const pick = (word: 'up' | 'down'): object => Object.fromEntries(all.filter(([, detail]) => detail.status === word));
  return {
    status: terminusWord(status, reason),
    info: pick('up'),
    error: pick('down'),
    details: Object.fromEntries(all),
  };
}

function terminusWord(status: VisibleReport['status'], reason: string | undefined): string {
  if (reason === 'shutting down') return 'shutting_down';
  return isFailing(status) ? 'error' : 'ok';
}

function terminusDetail({ status, error, message, data }: VisibleDetail): { readonly status: 'up' | 'down' } {
  const words = error ?? message;
  return {
    ...(data as object | undefined),
    ...(words !== undefined && { message: words }),
    status: isFailing(status) ? 'down' : 'up',
  };
}

/** As the health endpoint of Spring Boot Actuator answers. `DEGRADED` and `SKIPPED` are statuses of one's own there. */
function asSpring({ status, details }: VisibleReport): object {
  if (!details) return { status };
  const components = Object.entries(details).map(([name, detail]) => [name, springComponent(detail)] as const);
  return { status, components: Object.fromEntries(components) };
}

function springComponent({ status, error, message, data }: VisibleDetail): object {
  // Data may have keys of the same names. The reason of a failure must stay readable.
  const known = { ...data, ...(error !== undefined && { error }), ...(message !== undefined && { message }) };
  return Object.keys(known).length > 0 ? { status, details: known } : { status };
}
