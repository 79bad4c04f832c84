import type { HealthStatus } from '../core/status.js';
import type { FleetLink } from '../extension/fleet-link.js';
import type { Alert, AlertSubject, Observation } from './alert.js';
import { AlertTracker } from './alert-tracker.js';
import { AlertText } from './alert-text.js';
import type { AlertsSettings } from './alerts-options.js';
import { Delivery, type DeliverySettings } from './delivery.js';
import { FleetChannel } from './fleet/fleet-channel.js';
import type { AlertSender } from './alert-formats.js';
import { sendEmail } from './send-email.js';
import { sendWebhook } from './send-webhook.js';
import type { TargetSettings } from './target-settings.js';

/** Tracks outages for one target and delivers its alerts. */
export class AlertChannel {
  readonly #target: TargetSettings;
  readonly #tracker: AlertTracker;
  readonly #delivery: Delivery;
  readonly #reminder: NodeJS.Timeout | undefined;
  #fleet: FleetChannel | undefined;

  constructor(
    target: TargetSettings,
    { debounce, queueSize }: AlertsSettings,
    sender: () => AlertSender,
    logger: DeliverySettings['logger'],
  ) {
    this.#target = target;
    const { receiver, retries, message } = target;
    const text = new AlertText(message, receiver, logger);
    this.#delivery = new Delivery({
      receiver,
      queueSize,
      retries,
      logger,
      send: async (alert, signal) => {
        const from = sender();
        const body = text.of(alert, from);
        return target.kind === 'email'
          ? sendEmail(target, alert, from, body, signal)
          : sendWebhook(target, alert, from, body, signal);
      },
    });
    this.#tracker = new AlertTracker(
      target.to,
      debounce,
      (alert) => {
        if (this.#fleet) this.#fleet.add(alert);
        else this.#delivery.push(alert);
      },
      // A target that lists its indicators receives alerts about all of them.
      { inhibitsParts: target.indicators === undefined },
    );
    if (target.kind === 'webhook' && target.resendInterval !== undefined) {
      this.#reminder = setInterval(() => {
        for (const alert of this.#fleet?.open ?? this.#tracker.open) this.#delivery.remind(alert);
      }, target.resendInterval);
      this.#reminder.unref();
    }
  }

  /** Sends messages once for all instances of the service from now on. `topic` identifies the target on all of them. */
  join(link: FleetLink, topic: string, ownStatus: (subject: AlertSubject) => HealthStatus | undefined): void {
    this.#fleet = new FleetChannel({
      link,
      topic,
      bad: this.#target.to,
      ownStatus,
      deliver: (alert, terms) => this.#delivery.push(alert, terms),
    });
  }

  observe(observation: Observation): void {
    const { kind, name } = observation.subject;
    const { indicators, probes } = this.#target;
    const isWatched = kind === 'probe' ? probes.includes(name) : (indicators?.includes(name) ?? true);
    if (isWatched) this.#tracker.observe(observation);
  }

  /** The subject was removed. */
  end(last: Observation): void {
    this.#tracker.end(last);
  }

  /**
   * Passes on a message about stalls, unless the target is for certain indicators only. The end of the stalls is sent only
   * to receivers that keep the alert open, because the message about a stall says already that it has ended.
   */
  sendStall(alert: Alert): void {
    const target = this.#target;
    if (target.indicators !== undefined) return;
    const keepsOpen = target.kind === 'webhook' && target.keepsStallsOpen;
    if (alert.event === 'stall' || keepsOpen) this.#delivery.push(alert);
  }

  /** Call it when the drain begins: the shutdown itself must not send alerts. */
  close(): void {
    this.#tracker.close();
    this.#fleet?.retire();
  }

  /** Sends the waiting alerts for at most this many milliseconds, then stops. */
  async stop(milliseconds: number): Promise<void> {
    clearInterval(this.#reminder);
    this.#tracker.close();
    this.#tracker.stop();
    this.#fleet?.finish();
    await this.#delivery.finish(milliseconds);
    await this.#fleet?.stop();
  }
}
