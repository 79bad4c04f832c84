import { CODES_IN_MESSAGES } from '../../clients/codes-in-messages.js';
import { type CodePattern, codedError, withCode } from '../../clients/error-codes.js';
import { HealthCheckError } from '../../errors/health-check.error.js';

/** An error of nodemailer. It replaces the code of the system by one of its own. */
interface SmtpError extends Error {
  readonly code?: unknown;
  /** The code of the system, in nodemailer 10. */
  readonly originalCode?: unknown;
  /** The status in the response of the server. */
  readonly responseCode?: unknown;
}

/** Older versions keep the cause only in the message. So does nodemailer 10 for an upgrade to TLS. */
const CODES: readonly CodePattern[] = [
  ...CODES_IN_MESSAGES,
  [/^Connection closed/, 'ECONNRESET'],
  [/^Timeout|timeout$/i, 'ETIMEDOUT'],
];

/** A status from 400 to 499 is temporary: the server may accept the same request later. */
const isTemporary = (status: number): boolean => status >= 400 && status < 500;

/** The error of a failed verification with a text or a code for the report. The text of the server stays in the log. */
export function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, originalCode, responseCode: status } = error as SmtpError;
  const fail = (text: string): HealthCheckError =>
    new HealthCheckError(text, { ...(typeof code === 'string' && { code }), cause: error });

  if (typeof status === 'number') {
    if (code !== 'EAUTH') return fail(`the server responded with status ${status}`);
    return fail(
      isTemporary(status)
        ? `the server cannot check the credentials now (status ${status})`
        : `the server refused the credentials (status ${status})`,
    );
  }
  if (code === 'EAUTH') return fail('the login has failed before the server checked the credentials');
  if (code === 'ENOAUTH') return fail('the server requires a login, and the transport has no credentials');
  if (typeof originalCode === 'string') return codedError(error.message, originalCode, error);
  return withCode(new Error(error.message, { cause: error }), CODES);
}
