import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { type ChannelLogger, PublishChannel } from './publish-channel.js';
import type { PublisherSettings } from './publish-options.js';

/** Decides when one publisher receives a report. */
export class PublishSchedule {
  readonly #settings: PublisherSettings;
  readonly #monitor: HealthMonitor;
  readonly #endpoints: Pick<HealthEndpoints, 'report'>;
  readonly #channel: PublishChannel;
  readonly #ends: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #hasBegun = false;
  /** Before the first evaluation the status is UNKNOWN, which is not published. */
  #isEvaluated = false;
  #finished: Promise<void> | undefined;

  constructor(
    settings: PublisherSettings,
    monitor: HealthMonitor,
    endpoints: Pick<HealthEndpoints, 'report'>,
    logger: ChannelLogger,
  ) {
    this.#settings = settings;
    this.#monitor = monitor;
    this.#endpoints = endpoints;
    this.#channel = new PublishChannel(settings.publisher, settings.timeout, logger);
  }

  /** Publishes from now on, but not before the application has started. */
  start(): void {
    this.#ends.push(this.#monitor.onState(() => this.#followState()));
    if (this.#settings.onChange) {
      this.#ends.push(this.#monitor.onProbeChange(this.#settings.probe, () => this.#publishChange()));
    }
    this.#followState();
  }

  /** Sends the final message, if the drain has not sent it already. Resolves within the timeout after it was due. */
  stop(): Promise<void> {
    return (this.#finished ??= this.#finish());
  }

  #followState(): void {
    const { phase } = this.#monitor.state;
    if (phase === 'draining') void this.stop();
    else if (phase !== 'starting' && !this.#hasBegun) {
      this.#hasBegun = true;
      void this.#renew();
    }
  }

  /** The change of a probe at the drain is notified before the change of the phase. */
  #publishChange(): void {
    if (this.#monitor.state.phase === 'draining') void this.stop();
    else if (this.#isEvaluated) this.#publish();
  }

  async #renew(): Promise<void> {
    const { period, jitter, probe } = this.#settings;
    this.#timer = setTimeout(() => void this.#renew(), period * (1 - jitter * Math.random()));
    this.#timer.unref();
    await this.#endpoints.report(probe).catch(() => undefined);
    this.#isEvaluated = true;
    this.#publish();
  }

  /** Publishes the existing results, which are the newest: another change may have followed the evaluation. */
  #publish(): void {
    if (!this.#finished) this.#channel.offer(this.#monitor.peek(this.#settings.probe));
  }

  async #finish(): Promise<void> {
    clearTimeout(this.#timer);
    for (const end of this.#ends.splice(0)) end();
    await this.#channel.finish(this.#monitor.peek(this.#settings.probe));
  }
}
