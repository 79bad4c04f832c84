import { HealthCheckError } from '../errors/health-check.error.js';

/** What is known of a call that has failed. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
}

/** By the numbers of gRPC. */
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

/** `grpc-js` tells these in words only. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'ECONNREFUSED'],
  [/ECONNRESET|^Connection dropped/, 'ECONNRESET'],
  [/ENOTFOUND|EAI_AGAIN|^Name resolution failed/, 'ENOTFOUND'],
  [/EHOSTUNREACH/, 'EHOSTUNREACH'],
  [/ENETUNREACH/, 'ENETUNREACH'],
  [/EPIPE/, 'EPIPE'],
  [/ETIMEDOUT|^Deadline exceeded/, 'ETIMEDOUT'],
];

const WORDS: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'the server has refused the credentials',
  PERMISSION_DENIED: 'permission denied',
  UNAVAILABLE: 'the server is not available',
};

/**
 * The error that tells of a gRPC call that has failed, in the words of the integration where it has some for its code.
 * The server's own words stay in the log.
 */
export function grpcFailure(
  { code, details }: GrpcStatus,
  cause: unknown,
  words: Readonly<Record<string, string>> = {},
): Error {
  const name = CODES[code] ?? 'UNKNOWN';
  const own = words[name];
  const known = own === undefined ? REASONS.find(([reason]) => reason.test(details))?.[1] : undefined;
  if (known !== undefined) return Object.assign(new Error(details, { cause }), { code: known });
  return new HealthCheckError(own ?? WORDS[name] ?? 'the call has failed', { code: name, cause });
}
