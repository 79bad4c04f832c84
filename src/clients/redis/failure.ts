import { HealthCheckError } from '../../errors/health-check.error.js';
import { type CodePattern, withCode } from '../error-codes.js';
import { NotPermittedError } from '../not-permitted.js';

/** The first word of an error of Redis is its kind. These are the kinds that a check can get. */
const MESSAGES: Readonly<Record<string, string>> = {
  LOADING: 'the server is loading its data',
  MASTERDOWN: 'the replica has no connection to its primary',
  BUSY: 'the server is busy with a script',
  MISCONF: 'the server cannot save its data and refuses writes',
  CLUSTERDOWN: 'the cluster is down',
  NOAUTH: 'the server requires a password',
  WRONGPASS: 'the server refused the password',
};

/** Some failures of both clients have a message and no code. */
const CODES: readonly CodePattern[] = [
  [/^Connection is closed|^Socket closed unexpectedly|^Disconnects client|^The client is closed/, 'ECONNRESET'],
  [/^Command timed out|^Connection timeout|^Socket timeout|^Timeout waiting for a client/, 'ETIMEDOUT'],
];

/** Gives an error of Redis or of a client a message for the report, or a code. Any other error is returned unchanged. */
export function explainRedisError(error: unknown): unknown {
  if (!(error instanceof Error) || ('code' in error && error.code !== undefined)) return error;
  const kind = /^[A-Z]+(?= )/.exec(error.message)?.[0] ?? '';
  if (kind === 'NOPERM') {
    return new NotPermittedError(
      'cannot check the server: the user is not permitted to run the commands of the check',
      {
        code: kind,
        cause: error,
      },
    );
  }
  const message = Object.hasOwn(MESSAGES, kind) ? MESSAGES[kind] : undefined;
  return message === undefined ? withCode(error, CODES) : new HealthCheckError(message, { code: kind, cause: error });
}

/** Whether the command is not permitted to this user, unknown to the server, or not possible on this connection. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && /^NOPERM|^ERR unknown command|^Connection in subscriber mode/.test(error.message);
}

/** Whether a node of a cluster responds that another node has the key. */
export function isRedirection(error: unknown): boolean {
  return error instanceof Error && /^(?:MOVED|ASK) /.test(error.message);
}
