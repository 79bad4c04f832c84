import { HealthCheckError } from '../../errors/health-check.error.js';
import { CODES_IN_MESSAGES } from '../codes-in-messages.js';
import { type CodePattern, codedError, withCode } from '../error-codes.js';
import { NotPermittedError } from '../not-permitted.js';

const CODES: readonly CodePattern[] = [...CODES_IN_MESSAGES, [/^Response aborted/, 'ECONNRESET']];

/** An error of the clients of Elasticsearch and OpenSearch. Only a response has a status. */
interface SearchError extends Error {
  readonly meta?: { readonly statusCode?: unknown };
}

/**
 * The error of a failed request of the clients of Elasticsearch and OpenSearch, whose error classes have the same names, with
 * a text or a code for the report. The text of the server stays in the log.
 */
export function explainSearchError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, meta } = error as SearchError;
  if (name === 'ResponseError') return ofResponse(meta?.statusCode, error);
  if (name === 'TimeoutError') return codedError(message, 'ETIMEDOUT', error);
  if (name === 'NoLivingConnectionsError') {
    return new HealthCheckError('the client has no node that it may use', { cause: error });
  }
  if (name === 'ProductNotSupportedError' || name === 'NotCompatibleError') {
    return new HealthCheckError('the client does not support the product that has responded', { cause: error });
  }
  return withCode(error, CODES);
}

function ofResponse(status: unknown, cause: Error): HealthCheckError {
  if (status === 401) return new HealthCheckError('the server refused the credentials (status 401)', { cause });
  if (status === 403) {
    return new NotPermittedError('cannot check the cluster: the user is not permitted to request its health', {
      cause,
    });
  }
  return new HealthCheckError(`the server responded with status ${String(status)}`, { cause });
}
