import type { HealthStatus } from '../core/status.js';
import type { Duration } from '../options/duration.js';
import type { AlertMessage } from './alert-text.js';
import type { EmailTarget } from './email.js';

/** Format of the request body. */
export type AlertFormat = 'json' | 'slack' | 'alertmanager' | 'pagerduty' | 'opsgenie' | 'teams' | 'discord';

/** Options of `webhook()`. */
export interface WebhookOptions {
  /**
   * URL that receives the alerts as POST requests: `http:` or `https:`. Required. For Alertmanager it is the base URL,
   * such as `http://alertmanager:9093`. Only its origin is logged, because the path of a webhook is often a secret.
   */
  readonly url: string;
  /**
   * - `json` (default): the object that docs/alerts.md describes.
   * - `slack`: `{ text }`, for Slack, Mattermost and compatible receivers.
   * - `alertmanager`: an alert of Alertmanager's API v2, sent again as long as it lasts.
   * - `pagerduty`: an event of PagerDuty's Events API v2; needs `routingKey`.
   * - `opsgenie`: an alert of Opsgenie's Alert API; needs `apiKey`. Only the origin of `url` is used.
   * - `teams`: an Adaptive Card for a webhook of the Workflows app of Microsoft Teams.
   * - `discord`: an embed for a webhook of Discord.
   */
  readonly format?: AlertFormat;
  /**
   * Makes the text of a message. The format adds the service and the instance, and escapes the text. Not for `json`, which
   * has no text. If the function throws, or returns no text, the message has its default text, and an error is logged.
   * Default: `payments is DOWN: connection refused (ECONNREFUSED)`.
   */
  readonly message?: AlertMessage;
  /** Key of the HMAC-SHA256 signature over the time and the body of each request. Default: requests are not signed. */
  readonly secret?: string;
  /** Additional request headers, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that count as an outage. Any other status is the recovery. Default: DOWN, OUT_OF_SERVICE, UNKNOWN. */
  readonly to?: readonly HealthStatus[];
  /**
   * Names of the indicators and composites that send alerts. Default: all, except that the parts of a composite send none during its
   * outage. An empty list: none.
   */
  readonly indicators?: readonly string[];
  /** Names of probes and groups that send alerts about their aggregated status, such as `['ready']`. Default: none. */
  readonly probes?: readonly string[];
  /** Milliseconds that the receiver may take to respond. After them the attempt has failed. Default: 5000. */
  readonly timeout?: Duration;
  /** Attempts after a failed first one, with pauses that grow from 1 s to 1 min. Default: 8, which takes about 3 min. */
  readonly retries?: number;
  /** Only for PagerDuty, and required there: integration key of the service. It is never logged. */
  readonly routingKey?: string;
  /** Only for Opsgenie, and required there: key of an API integration. It is never logged. */
  readonly apiKey?: string;
  /** Only for Alertmanager: additional labels of the alert, for routing. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Only for Alertmanager: milliseconds after which a lasting alert is sent again. An alert that is not sent again for
   * four intervals expires, so the alerts of a crashed instance end by themselves. Default: 60,000.
   */
  readonly resendInterval?: Duration;
}

/** A receiver of alerts that {@link webhook} describes. */
export interface WebhookTarget {
  readonly webhook: WebhookOptions;
}

/** A receiver of alerts. */
export type AlertTarget = WebhookTarget | EmailTarget;

/** Describes a receiver of alerts that is reached over HTTP. */
export function webhook(options: WebhookOptions): WebhookTarget {
  return { webhook: options };
}
