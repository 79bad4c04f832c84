import { HealthCheckError } from '../../errors/health-check.error.js';

/** Redis begins an error with a word that says what kind it is. These are the kinds that a ping can meet. */
const REPLIES: Readonly<Record<string, string>> = {
  LOADING: 'the server is loading its data',
  MASTERDOWN: 'the replica has no connection to its primary',
  BUSY: 'the server is busy with a script',
  MISCONF: 'the server cannot save its data and takes no writes',
  CLUSTERDOWN: 'the cluster is down',
  NOAUTH: 'the server requires a password',
  WRONGPASS: 'the server has refused the password',
  NOPERM: 'the user has no permission to ask',
};

/** Both clients tell some of the usual failures by their words alone. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/^Connection is closed|^Socket closed unexpectedly|^Disconnects client|^The client is closed/, 'ECONNRESET'],
  [/^Command timed out|^Connection timeout|^Socket timeout|^Timeout waiting for a client/, 'ETIMEDOUT'],
];

/** The error with words that a reader may see, or with a code of a known kind; itself if it has one, or none is known. */
export function explainRedisError(error: unknown): unknown {
  if (!(error instanceof Error) || ('code' in error && error.code !== undefined)) return error;
  const kind = /^[A-Z]+(?= )/.exec(error.message)?.[0];
  const words = kind !== undefined && Object.hasOwn(REPLIES, kind) ? REPLIES[kind] : undefined;
  if (words !== undefined && kind !== undefined) return new HealthCheckError(words, { code: kind, cause: error });
  const code = CODES.find(([message]) => message.test(error.message))?.[1];
  return code === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code });
}

/** Whether this user may not ask a server for its state, or not over this connection. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && /^NOPERM|^ERR unknown command|^Connection in subscriber mode/.test(error.message);
}

/** Whether a node of a cluster says that another one has the key. */
export function isRedirection(error: unknown): boolean {
  return error instanceof Error && /^(?:MOVED|ASK) /.test(error.message);
}
