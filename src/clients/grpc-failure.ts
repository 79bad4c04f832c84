import { HealthCheckError } from '../errors/health-check.error.js';
import { type CodePattern, withCode } from './error-codes.js';
import { NotPermittedError } from './not-permitted.js';

/** The status of a failed gRPC call. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
}

/** The status codes of gRPC, in the order of their numbers. */
const CODES: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** `grpc-js` names these causes only in the text of `details`. */
const REASONS: readonly CodePattern[] = [
  [/ECONNREFUSED/, 'ECONNREFUSED'],
  [/ECONNRESET|^Connection dropped/, 'ECONNRESET'],
  [/ENOTFOUND|EAI_AGAIN|^Name resolution failed/, 'ENOTFOUND'],
  [/EHOSTUNREACH/, 'EHOSTUNREACH'],
  [/ENETUNREACH/, 'ENETUNREACH'],
  [/EPIPE/, 'EPIPE'],
  [/ETIMEDOUT|^Deadline exceeded/, 'ETIMEDOUT'],
];

const MESSAGES: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'the server refused the credentials',
  UNAVAILABLE: 'the server is not available',
};

/** The messages of one integration, by the name of the status code. */
export interface GrpcMessages {
  /** Failures: the check is DOWN. */
  readonly failures?: Readonly<Record<string, string>>;
  /** Responses of a working server that refuses the request: the check is DEGRADED. */
  readonly refusals: Readonly<Record<string, string>>;
}

/**
 * The error of a failed gRPC call, with the message of the integration for its status code if it has one. The text of
 * the server stays in the log.
 */
export function explainGrpcError({ code, details }: GrpcStatus, cause: unknown, messages: GrpcMessages): unknown {
  const name = CODES[code] ?? 'UNKNOWN';
  const refusal = messages.refusals[name];
  if (refusal !== undefined) return new NotPermittedError(refusal, { code: name, cause });
  const failure = messages.failures?.[name];
  const error = new Error(details, { cause });
  const coded = failure === undefined ? withCode(error, REASONS) : error;
  if (coded !== error) return coded;
  return new HealthCheckError(failure ?? MESSAGES[name] ?? 'the call failed', { code: name, cause });
}
