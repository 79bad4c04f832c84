import { formatRaw } from '../core/raw-error.js';
import type { HealthStatus } from '../core/status.js';
import type { ServiceIdentity } from '../core/service-info.js';
import type { AffectedInstances, Alert } from './alert.js';
import { type AlertSender, defaultText } from './alert-formats.js';

/** An alert, as a message template receives it. It holds only texts that callers of the endpoints may see. */
export interface AlertDetails {
  /** `down`: an outage has begun. `up`: it has ended. `stall`: the event loop was blocked. */
  readonly event: 'down' | 'up' | 'stall';
  /** The subject of the alert. `process`: the event loop of this process. */
  readonly kind: 'indicator' | 'probe' | 'process';
  /** Name of the indicator or the probe. */
  readonly name: string;
  readonly status: HealthStatus;
  /** Whether a failure of the indicator makes its probes fail. */
  readonly critical: boolean;
  readonly error?: string;
  readonly code?: string;
  /** Start of the outage or the stall. */
  readonly since: Date;
  /** Milliseconds. Present when the outage or the stall has ended. */
  readonly duration?: number;
  /** The service and the instance that send the alert. */
  readonly service: ServiceIdentity;
  readonly instance: string;
  /**
   * The instances that the outage affects, in a message for all instances of the service; in the message about the recovery,
   * those that were affected. `total`: the number of instances, if it is known.
   */
  readonly instances?: AffectedInstances;
  /** The default text, such as `payments is DOWN: connection refused (ECONNREFUSED)`. */
  readonly text: string;
}

/** Returns the text of a message. */
export type AlertMessage = (alert: AlertDetails) => string;

/** The rest of a longer text is left out. */
const LONGEST_MESSAGE = 4000;

/** The text of each alert for one target: from the message template of the application, or the default text. */
export class AlertText {
  readonly #template: AlertMessage | undefined;
  readonly #receiver: string;
  readonly #logger: { error(line: string): void };
  /** All attempts to deliver an alert have the same text. */
  readonly #texts = new WeakMap<Alert, string>();
  #isFailing = false;

  /** `receiver`: name of the target in log lines. */
  constructor(template: AlertMessage | undefined, receiver: string, logger: { error(line: string): void }) {
    this.#template = template;
    this.#receiver = receiver;
    this.#logger = logger;
  }

  of(alert: Alert, sender: AlertSender): string {
    const text = this.#texts.get(alert) ?? this.#make(alert, sender);
    this.#texts.set(alert, text);
    return text;
  }

  /** A template that fails must not lose the alert. */
  #make(alert: Alert, sender: AlertSender): string {
    const text = defaultText(alert);
    if (!this.#template) return text;
    try {
      const message: unknown = this.#template(detailsOf(alert, sender, text));
      // A rejection of an async function would end the process.
      if (message instanceof Promise) message.catch(() => undefined);
      if (typeof message !== 'string')
        return this.#fail(text, `returned ${message === null ? 'null' : typeof message}`);
      if (message.trim() === '') return this.#fail(text, 'returned an empty text');
      this.#isFailing = false;
      return message.slice(0, LONGEST_MESSAGE);
    } catch (error) {
      return this.#fail(text, `failed:\n${formatRaw(error)}`);
    }
  }

  /** Logs the first of several failures. Returns the default text. */
  #fail(text: string, problem: string): string {
    if (!this.#isFailing) {
      this.#logger.error(
        `The alerts for ${this.#receiver} have their default text, because the option "message" has ${problem}`,
      );
    }
    this.#isFailing = true;
    return text;
  }
}

function detailsOf(alert: Alert, { service, instance }: AlertSender, text: string): AlertDetails {
  const { event, subject, status, critical, error, code, since, duration, instances } = alert;
  return {
    event,
    kind: subject.kind,
    name: subject.name,
    status,
    critical,
    ...(error !== undefined && { error }),
    ...(code !== undefined && { code }),
    since: new Date(since.wall),
    ...(duration !== undefined && { duration }),
    service: { ...service },
    instance,
    ...(instances && { instances }),
    text,
  };
}
