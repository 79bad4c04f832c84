import type { HealthStatus } from '../core/status.js';

/** What a receiver understands. */
export type AlertFormat = 'json' | 'slack' | 'alertmanager';

export interface WebhookOptions {
  /**
   * Where alerts are sent with POST: `http:` or `https:`, required. Of an Alertmanager it is the base address, as
   * `http://alertmanager:9093`. Of the URL only the origin is ever logged: paths of webhooks are secret, too.
   */
  readonly url: string;
  /**
   * - `json` (the default): an object of our own, described in docs/alerts.md.
   * - `slack`: `{ text }`, as Slack, Mattermost and others take it.
   * - `alertmanager`: an alert of Alertmanager's API v2, sent again while it lasts.
   */
  readonly format?: AlertFormat;
  /** Signs each request with HMAC-SHA256 over its time and body. Default: requests are not signed. */
  readonly secret?: string;
  /** Further headers, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The statuses that are alerts; coming from one of them to any other is the recovery. Default: DOWN, OUT_OF_SERVICE, UNKNOWN. */
  readonly to?: readonly HealthStatus[];
  /** Only these indicators. Default: all of them. An empty list: none. */
  readonly indicators?: readonly string[];
  /** Probes and groups whose status as a whole is watched, too: `['ready']`. Default: none. */
  readonly probes?: readonly string[];
  /** Milliseconds that the receiver may take to answer; then the try has failed. Default: 5000. */
  readonly timeout?: number;
  /** How often a failed try is repeated, with pauses that grow from a second to a minute. Default: 8, about three minutes. */
  readonly retries?: number;
  /** Of Alertmanager alone: further labels, by which it routes. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Of Alertmanager alone: milliseconds after which an alert that lasts is sent again. Default: 60,000. Four of them after
   * the last time it is over by itself, also when this process is gone.
   */
  readonly resendInterval?: number;
}

/** Somebody who is sent alerts. */
export interface AlertTarget {
  readonly webhook: WebhookOptions;
}

/** A receiver that is reached over HTTP. */
export function webhook(options: WebhookOptions): AlertTarget {
  return { webhook: options };
}
