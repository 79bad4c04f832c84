import { isHealthCheckError } from '../errors/health-check.error.js';

/** An error code of Node, and the error messages (or codes of the client) that mean it. */
export type CodePattern = readonly [RegExp, string];

/**
 * Gives an error of a client the code that its message means, so that a report can name the kind of failure. The
 * patterns are tested against the client's own code if there is one, otherwise against the message. An error that
 * matches none is returned unchanged.
 */
export function withCode(error: unknown, patterns: readonly CodePattern[]): unknown {
  if (!(error instanceof Error) || isHealthCheckError(error)) return error;
  const { code } = error as { readonly code?: unknown };
  const text = typeof code === 'string' ? code : error.message;
  const known = patterns.find(([pattern]) => pattern.test(text))?.[1];
  return known === undefined ? error : codedError(error.message, known, error);
}

/** An error with one of Node's codes, by which a report names the kind of failure. */
export function codedError(message: string, code: string, cause?: unknown): Error {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });
}

/** The connection ended before the response. */
export const connectionLost = (): Error => codedError('the connection was lost', 'ECONNRESET');
