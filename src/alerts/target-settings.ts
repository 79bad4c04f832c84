import type { HealthStatus } from '../core/status.js';
import type { Alert } from './alert.js';
import type { AlertMessage } from './alert-text.js';
import type { MailSender } from './email.js';
import type { AlertSender, Format } from './alert-formats.js';

/** The settings of every target. */
export interface CommonSettings {
  /** Name of the target in log lines. It holds no secret. */
  readonly receiver: string;
  readonly to: readonly HealthStatus[];
  readonly indicators: readonly string[] | undefined;
  readonly probes: readonly string[];
  readonly timeout: number;
  readonly retries: number;
  readonly message: AlertMessage | undefined;
}

export interface WebhookSettings extends CommonSettings {
  readonly kind: 'webhook';
  readonly url: URL;
  readonly format: Format;
  /** URL of the request, for a receiver whose URL depends on the alert. */
  readonly requestUrl?: (url: URL, alert: Alert, sender: AlertSender) => URL;
  /** Undefined: alerts are not sent again, because the receiver keeps them. */
  readonly resendInterval: number | undefined;
  /** Whether the receiver keeps the alert about a stall open until it is resolved. */
  readonly keepsStallsOpen: boolean;
  readonly secret: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export interface EmailSettings extends CommonSettings {
  readonly kind: 'email';
  readonly transporter: MailSender;
  readonly from: string;
  readonly recipients: readonly string[];
}

/** A target whose options have been checked. */
export type TargetSettings = WebhookSettings | EmailSettings;
