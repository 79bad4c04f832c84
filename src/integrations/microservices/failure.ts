import { type CodePattern, withCode } from '../../clients/error-codes.js';
import { notConnected } from '../../clients/not-connected.js';

const CODES: readonly CodePattern[] = [
  [/^CONNECTION_REFUSED$|connection refused/i, 'ECONNREFUSED'],
  [/^DISCONNECT$|^connection disconnected|^Connection (?:is )?closed/, 'ECONNRESET'],
];

/** The transports reject with the values of their clients: strings, `undefined`, and errors without a code. */
export function explain(error: unknown): unknown {
  // Some transports reject with such a value until they have a new connection.
  return error === undefined || typeof error === 'string' ? notConnected('reconnecting') : withCode(error, CODES);
}
