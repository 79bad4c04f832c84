import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { isHealthCheckError } from '../errors/health-check.error.js';
import { LONGEST_CODE, boundedText } from './bounded-text.js';
import type { HealthData } from './result.js';

/** The part of an error that callers may see. */
export interface Failure {
  readonly error: string;
  readonly code?: string;
  readonly data?: HealthData;
}

export const CHECK_FAILED = 'check failed';

/** The error codes of Node, OpenSSL and undici that have a text of their own. */
const KINDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ECONNABORTED: 'connection aborted',
  EPIPE: 'connection closed',
  UND_ERR_SOCKET: 'connection closed',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'timed out',
  ESOCKETTIMEDOUT: 'timed out',
  UND_ERR_CONNECT_TIMEOUT: 'timed out',
  UND_ERR_HEADERS_TIMEOUT: 'timed out',
  UND_ERR_BODY_TIMEOUT: 'timed out',
  ABORT_ERR: 'aborted',
  UND_ERR_ABORTED: 'aborted',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'file not found',
  ENOSPC: 'no space left',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EADDRINUSE: 'address in use',
  CERT_HAS_EXPIRED: 'certificate expired',
  CERT_NOT_YET_VALID: 'certificate not yet valid',
  CERT_REVOKED: 'certificate revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate of another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate not trusted',
};

/** The names that the web platform gives its own errors. */
const NAMES: Readonly<Record<string, string>> = { TimeoutError: 'timed out', AbortError: 'aborted' };

/** Codes of widespread drivers. */
const DRIVERS = 'EABORT EAUTH ECANCEL ECONNCLOSED ECONNECTION EENVELOPE EINSTLOOKUP ELOGIN EPROTOCOL EREQUEST ESOCKET';

let errno: ReadonlySet<string> | undefined;

/** The error codes of the system, which differ between platforms, those of Node's DNS client, and those of drivers. */
function systemCodes(): ReadonlySet<string> {
  return (errno ??= new Set([
    ...Object.keys(constants.errno),
    ...[...getSystemErrorMap().values()].map(([code]) => code),
    ...Object.values(process.getBuiltinModule('node:dns')).filter((value) => typeof value === 'string'),
    ...DRIVERS.split(' '),
  ]));
}

/**
 * Codes of these families are identifiers and hold nothing else: Node's own, those of its HTTP parser, zlib, undici, MySQL,
 * SQLite, and SQLSTATE (ISO/IEC 9075-2: five signs, of which drivers report those that start with a digit, plus PostgreSQL's
 * own). Any other code stays in the log.
 */
const SAFE_CODE =
  /^(?:ERR_[A-Z0-9_]{1,48}|HPE_[A-Z_]{1,48}|Z_[A-Z_]{1,16}|UND_ERR_[A-Z_]{1,32}|ER_[A-Z0-9_]{1,48}|SQLITE_[A-Z_]{1,32}|\d[0-9A-Z]{4}|(?:F0|HV|P0|XX)\d[0-9A-Z]{2})$/;

const isSafeCode = (code: string): boolean => SAFE_CODE.test(code) || systemCodes().has(code);

const CAUSES_FOLLOWED = 5;

/**
 * Reduces a thrown value to a text that may leave the process. The message of an error may contain a connection string, so
 * it is used only for a `HealthCheckError`, whose message is written for the reader of a report.
 */
export function describeFailure(thrown: unknown): Failure {
  try {
    return describeChain(thrown);
  } catch {
    // A getter or a proxy of the thrown value has thrown.
    return { error: CHECK_FAILED };
  }
}

function describeChain(thrown: unknown): Failure {
  if (isHealthCheckError(thrown)) {
    return {
      error: typeof thrown.message === 'string' ? boundedText(thrown.message) : CHECK_FAILED,
      ...(typeof thrown.code === 'string' && { code: boundedText(thrown.code, LONGEST_CODE) }),
      ...(thrown.data && { data: thrown.data }),
    };
  }
  let code: string | undefined;
  let link: unknown = thrown;
  for (let depth = 0; depth < CAUSES_FOLLOWED && typeof link === 'object' && link !== null; depth += 1) {
    const own = property(link, 'code');
    if (typeof own === 'string' && Object.hasOwn(KINDS, own)) return { error: KINDS[own] ?? CHECK_FAILED, code: own };
    if (code === undefined && typeof own === 'string' && isSafeCode(own)) code = own;
    const name = property(link, 'name');
    if (typeof name === 'string' && Object.hasOwn(NAMES, name)) {
      return { error: NAMES[name] ?? CHECK_FAILED, ...(code !== undefined && { code }) };
    }
    link = property(link, 'cause') ?? firstOf(property(link, 'errors'));
  }
  return { error: CHECK_FAILED, ...(code !== undefined && { code }) };
}

function property(object: object, key: string): unknown {
  return Reflect.get(object, key);
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}
