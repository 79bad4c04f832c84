import type { HealthStatus } from '../core/status.js';
import type { Duration } from '../options/duration.js';
import type { AlertMessage } from './alert-text.js';

/** A message for a {@link MailSender}. The names are those of nodemailer. */
export interface AlertMail {
  readonly from: string;
  readonly to: string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** The message about the outage, in the message about its recovery. */
  readonly inReplyTo?: string;
  readonly references?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted after the timeout. nodemailer 10.5 and later then stops sending. */
  readonly signal: AbortSignal;
}

/** Sends e-mail: a transporter of nodemailer, or any object with its method `sendMail`. */
export interface MailSender {
  sendMail(mail: AlertMail): Promise<unknown>;
}

/** Options of `email()`. */
export interface EmailOptions {
  /** The application's transporter, which `createTransport()` of nodemailer returns. Required. */
  readonly transporter: MailSender;
  /** Address of the sender, such as `Orders <orders@example.com>`. Required. */
  readonly from: string;
  /** Addresses that receive the alerts. Required. They are not logged. */
  readonly recipients: string | readonly string[];
  /** Makes the text of a message. Its first line is the subject. Default: `payments is DOWN: connection refused`. */
  readonly message?: AlertMessage;
  /** Statuses that count as an outage. Any other status is the recovery. Default: DOWN, OUT_OF_SERVICE, UNKNOWN. */
  readonly to?: readonly HealthStatus[];
  /**
   * Names of the indicators and composites that send alerts. Default: all, except that the parts of a composite send none during its
   * outage. An empty list: none.
   */
  readonly indicators?: readonly string[];
  /** Names of probes and groups that send alerts about their aggregated status, such as `['ready']`. Default: none. */
  readonly probes?: readonly string[];
  /** Milliseconds that the mail server may take to accept a message. After them the attempt has failed. Default: 30,000. */
  readonly timeout?: Duration;
  /** Attempts after a failed first one, with pauses that grow from 1 s to 1 min. Default: 8, which takes about 3 min. */
  readonly retries?: number;
}

/** A receiver of alerts that {@link email} describes. */
export interface EmailTarget {
  readonly email: EmailOptions;
}

/** Describes receivers of alerts by e-mail. The library sends the messages through the transporter of the application. */
export function email(options: EmailOptions): EmailTarget {
  return { email: options };
}
