import { explainGrpcError } from '../../clients/grpc-failure.js';
import { show } from '../../options/rules.js';

const REFUSALS = {
  PERMISSION_DENIED: 'cannot check the server: the caller is not permitted to request its health',
  UNIMPLEMENTED: 'cannot check the server: it does not have the service grpc.health.v1.Health',
};

/** The error for the report. */
export function explain(error: Error, service: string): unknown {
  const { code, details } = error as { readonly code?: unknown; readonly details?: unknown };
  if (typeof code !== 'number' || typeof details !== 'string') return error;
  const failures = { NOT_FOUND: unknownService(service) };
  return explainGrpcError({ code, details }, error, { failures, refusals: REFUSALS });
}

export const unknownService = (service: string): string =>
  service === ''
    ? 'the server does not report a health for the whole server'
    : `the server has no service ${show(service)}`;
