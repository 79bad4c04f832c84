import { grpcFailure } from '../../clients/grpc-failure.js';
import { show } from '../../options/rules.js';

/** What the report should say of a call that has failed. */
export function explain(error: Error, service: string): Error {
  const { code, details } = error as { readonly code?: unknown; readonly details?: unknown };
  if (typeof code !== 'number' || typeof details !== 'string') return error;
  return grpcFailure({ code, details }, error, {
    NOT_FOUND: unknownService(service),
    UNIMPLEMENTED: 'the server does not tell its health: it has no service grpc.health.v1.Health',
  });
}

export const unknownService = (service: string): string =>
  service === '' ? 'the server does not tell its health as a whole' : `the server knows no service ${show(service)}`;
