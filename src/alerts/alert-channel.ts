import type { Alert, Observation } from './alert.js';
import { AlertTracker } from './alert-tracker.js';
import type { AlertsSettings, TargetSettings } from './alerts-options.js';
import { Delivery, type DeliverySettings, RefusedError } from './delivery.js';
import type { AlertSender } from './formats.js';
import { post } from './post.js';
import { signatureHeaders } from './signature.js';

/** Tracks outages for one target and delivers its alerts. */
export class AlertChannel {
  readonly #target: TargetSettings;
  readonly #tracker: AlertTracker;
  readonly #delivery: Delivery;
  readonly #reminder: NodeJS.Timeout | undefined;

  constructor(
    target: TargetSettings,
    { debounce, queueSize }: AlertsSettings,
    sender: () => AlertSender,
    logger: DeliverySettings['logger'],
  ) {
    this.#target = target;
    this.#delivery = new Delivery({
      receiver: target.url.origin,
      queueSize,
      retries: target.retries,
      logger,
      send: (alert, signal) => send(target, alert, sender(), signal),
    });
    this.#tracker = new AlertTracker(target.to, debounce, (alert) => this.#delivery.push(alert));
    if (target.resendInterval !== undefined) {
      this.#reminder = setInterval(() => {
        for (const alert of this.#tracker.open) this.#delivery.remind(alert);
      }, target.resendInterval);
      this.#reminder.unref();
    }
  }

  observe(observation: Observation): void {
    const { kind, name } = observation.subject;
    const { indicators, probes } = this.#target;
    const isWatched = kind === 'probe' ? probes.includes(name) : (indicators?.includes(name) ?? true);
    if (isWatched) this.#tracker.observe(observation);
  }

  /** Passes on the message about a stall, unless the target is for certain indicators only. */
  sendStall(alert: Alert): void {
    if (this.#target.indicators === undefined) this.#delivery.push(alert);
  }

  /** Call it when the drain begins: the shutdown itself must not send alerts. */
  close(): void {
    this.#tracker.close();
  }

  /** Sends the waiting alerts for at most this many milliseconds, then stops. */
  async stop(milliseconds: number): Promise<void> {
    clearInterval(this.#reminder);
    this.#tracker.close();
    this.#tracker.stop();
    await this.#delivery.finish(milliseconds);
  }
}

async function send(target: TargetSettings, alert: Alert, sender: AlertSender, signal: AbortSignal): Promise<void> {
  const { timeout, secret } = target;
  const url = target.requestUrl?.(target.url, alert, sender) ?? target.url;
  const body = JSON.stringify(target.format(alert, sender));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'nest-vitals',
    ...target.headers,
    ...(secret !== undefined && signatureHeaders(secret, body, new Date())),
  };
  const status = await post({ url, headers, body, timeout }, signal);
  if (status >= 200 && status < 300) return;
  // 408 and 429 are temporary: the receiver may accept the same request later.
  const isFinal = status < 500 && status !== 429 && status !== 408;
  throw new RefusedError(`HTTP status ${status}`, isFinal);
}
