import { linkedAbort, raceAbort, withTimeout } from '../core/async.js';
import { isRecord } from '../core/is-record.js';
import { HealthCheckTimeoutError } from '../errors/health-check-timeout.error.js';
import type { Alert } from './alert.js';
import { RefusedError } from './delivery.js';
import { toEmail } from './email-format.js';
import type { AlertSender } from './alert-formats.js';
import type { EmailSettings } from './target-settings.js';

/** Sends the message about an alert. Rejects when the mail server refuses it, or one of its recipients. */
export async function sendEmail(
  { transporter, from, recipients, timeout }: EmailSettings,
  alert: Alert,
  sender: AlertSender,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const sending = linkedAbort(signal);
  const send = async (): Promise<unknown> =>
    transporter.sendMail({
      ...toEmail(alert, sender, text, from),
      from,
      to: [...recipients],
      signal: sending.signal,
    });
  let response: unknown;
  try {
    response = await withTimeout(raceAbort(send(), signal), {
      milliseconds: timeout,
      error: () => new HealthCheckTimeoutError(timeout),
    });
  } catch (error) {
    sending.abort();
    throw failureOf(error);
  } finally {
    sending.release();
  }
  const refused: unknown = isRecord(response) ? response['rejected'] : undefined;
  // The others have received it, so it is not sent again.
  if (Array.isArray(refused) && refused.length > 0) {
    throw new RefusedError(`the mail server refused ${refused.length} of ${recipients.length} recipients`, true);
  }
}

/** An error of nodemailer. Its message may contain addresses, and is not logged. */
interface MailError extends Error {
  /** The status in the response of the mail server. */
  readonly responseCode?: unknown;
  /** The code of the system, which `code` replaces. */
  readonly originalCode?: unknown;
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { responseCode: status, originalCode } = error as MailError;
  // Statuses from 500 are permanent, except 503: the order of the commands was wrong, and another connection may work.
  if (typeof status === 'number') return new RefusedError(`SMTP status ${status}`, status >= 500 && status !== 503);
  return typeof originalCode === 'string'
    ? Object.assign(new Error('', { cause: error }), { code: originalCode })
    : error;
}
