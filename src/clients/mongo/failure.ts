import { HealthCheckError, isHealthCheckError } from '../../errors/health-check.error.js';
import { type CodePattern, withCode } from '../error-codes.js';
import { notConnected } from '../not-connected.js';

/** The names of the driver's errors for a client that was closed. */
const CLOSED = /^Mongo(?:NotConnected|TopologyClosed|ClientClosed|PoolClosed|ServerClosed)Error$/;

/** The code of a server for a refused login. */
const AUTHENTICATION_FAILED = 18;

/** The code names of the protocol are identifiers. */
const CODE_NAME = /^[A-Za-z0-9]{1,60}$/;

/** Many errors of the driver have no code. The code of Node is in the cause, if there is one. */
const CODES: readonly CodePattern[] = [
  [/timed out/, 'ETIMEDOUT'],
  [/^connection .* closed$/, 'ECONNRESET'],
];

export function explainMongoError(error: unknown): unknown {
  if (!(error instanceof Error) || isHealthCheckError(error)) return error;
  if (CLOSED.test(error.name)) return notConnected('closed', error);
  const response = responseIn(error);
  if (response) return refusal(response, error);
  return withCode(error, CODES);
}

/** The used part of an error that is the response of a server. */
interface ServerError {
  readonly name: string;
  readonly code?: unknown;
  readonly codeName?: unknown;
}

/** A connection that cannot log in fails with such an error as the cause. */
function responseIn(error: Error): ServerError | undefined {
  return [error, error.cause].find(
    (link): link is ServerError => link instanceof Error && link.name === 'MongoServerError',
  );
}

function refusal({ code, codeName }: ServerError, cause: Error): HealthCheckError {
  if (code === AUTHENTICATION_FAILED) {
    return new HealthCheckError('the server refused the credentials', { code: 'AuthenticationFailed', cause });
  }
  const known = typeof codeName === 'string' && CODE_NAME.test(codeName);
  return new HealthCheckError('the server refused the request', { ...(known && { code: codeName }), cause });
}
