import { type CodePattern, codedError, withCode } from '../../clients/error-codes.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { property } from './property.js';

/** Codes of Prisma, and failures of `pg` that have a message and no code. */
const CODES: readonly CodePattern[] = [
  [
    /^P(?:1002|1008|2024)$|^Connection terminated due to connection timeout|^timeout exceeded when trying|^Query read timeout/,
    'ETIMEDOUT',
  ],
  [/^P1017$|^Connection terminated|^Client has encountered a connection error/, 'ECONNRESET'],
];

/** The kinds of failures of a driver adapter that have no code of the database. */
const KINDS: Readonly<Record<string, string>> = { ConnectionClosed: 'ECONNRESET', SocketTimeout: 'ETIMEDOUT' };

/** The report of a driver adapter about a failure, in `meta` of an error of Prisma. */
interface AdapterFailure {
  readonly kind?: unknown;
  readonly originalCode?: unknown;
  readonly port?: unknown;
}

/** Gives an error of Prisma or of `pg` the code of its cause, so that a report can name the kind of failure. */
export function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = codeOf(adapterFailureOf(error));
  if (code !== undefined) return codedError(error.message, code, error);
  if (Reflect.get(error, 'code') === 'P1001' || Reflect.get(error, 'errorCode') === 'P1001') {
    return new HealthCheckError('cannot reach the database server', { code: 'P1001', cause: error });
  }
  return withCode(error, CODES);
}

/** Whether the table of the statement does not exist. */
export function isMissingTable(error: unknown): boolean {
  return hasCode(error, MISSING_TABLE) || adapterFailureOf(causeOf(error)).kind === 'TableDoesNotExist';
}

/** Whether the database refused the statement to the user, who is logged in. */
export function isNotPermitted(error: unknown): boolean {
  return hasCode(error, PERMISSION_DENIED);
}

/** The codes of PostgreSQL (SQLSTATE) and MySQL. */
const MISSING_TABLE: ReadonlySet<unknown> = new Set(['42P01', 'ER_NO_SUCH_TABLE', '1146']);
const PERMISSION_DENIED: ReadonlySet<unknown> = new Set(['42501', 'ER_TABLEACCESS_DENIED_ERROR', '1142']);

function hasCode(error: unknown, codes: ReadonlySet<unknown>): boolean {
  return error instanceof Error && codes.has(Reflect.get(error, 'code'));
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}

function codeOf({ kind, originalCode, port }: AdapterFailure): string | undefined {
  if (typeof originalCode === 'string') return originalCode;
  // The adapter of `pg` reports two failures as one kind. Only the error of a refused connection has a port.
  if (kind === 'DatabaseNotReachable') return port === undefined ? 'ENOTFOUND' : 'ECONNREFUSED';
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}

function adapterFailureOf(error: unknown): AdapterFailure {
  const cause = property(property(property(error, 'meta'), 'driverAdapterError'), 'cause');
  return typeof cause === 'object' && cause !== null ? cause : {};
}
