import { linkedAbort, raceAbort } from '../core/async.js';
import { onOneLine } from '../core/bounded-text.js';
import { CHECK_FAILED, describeFailure } from '../core/failure.js';
import { LoopTimer } from '../core/loop-timer.js';
import type { HealthReport } from '../core/report.js';
import { shutdownClock } from '../core/shutdown-clock.js';
import { HealthCheckTimeoutError } from '../errors/health-check-timeout.error.js';
import type { HealthPublisher } from './health-publisher.js';

export interface ChannelLogger {
  log(line: string): void;
  warn(line: string): void;
}

/**
 * Sends reports to one publisher, one at a time. While one is being sent, only the latest report waits, so a slow target
 * neither builds a queue nor receives two reports at once.
 */
export class PublishChannel {
  readonly #publisher: HealthPublisher;
  readonly #timeout: number;
  readonly #logger: ChannelLogger;
  /** Aborted when the final message is due. */
  readonly #closing = new AbortController();
  #waiting: HealthReport | undefined;
  #sending: Promise<void> | undefined;
  #finished: Promise<void> | undefined;
  #isFailing = false;

  /** `timeout`: milliseconds for each report, and for the final message. */
  constructor(publisher: HealthPublisher, timeout: number, logger: ChannelLogger) {
    this.#publisher = publisher;
    this.#timeout = timeout;
    this.#logger = logger;
  }

  offer(report: HealthReport): void {
    if (this.#finished) return;
    this.#waiting = report;
    this.#sending ??= this.#sendAll();
  }

  /** Aborts the report that is being sent and sends the final message, within the timeout. Never rejects. */
  finish(report: HealthReport): Promise<void> {
    return (this.#finished ??= this.#finish(report));
  }

  async #sendAll(): Promise<void> {
    // The run that changed the status must not wait for the publisher.
    await Promise.resolve();
    for (let report = this.#take(); report; report = this.#take()) await this.#send(report);
    this.#sending = undefined;
  }

  #take(): HealthReport | undefined {
    const report = this.#waiting;
    this.#waiting = undefined;
    return report;
  }

  async #send(report: HealthReport): Promise<void> {
    const { signal, abort, release } = linkedAbort(this.#closing.signal);
    const timer = new LoopTimer(this.#timeout, () => {
      const error = new HealthCheckTimeoutError(this.#timeout);
      this.#recordFailure(error);
      abort(error);
    });
    try {
      await this.#publisher.publish(report, signal);
      if (!signal.aborted) this.#recordSuccess();
    } catch (error) {
      if (!signal.aborted) this.#recordFailure(error);
    } finally {
      timer.clear();
      release();
    }
  }

  async #finish(report: HealthReport): Promise<void> {
    this.#waiting = undefined;
    this.#closing.abort();
    const over = new AbortController();
    const timer = shutdownClock.setTimeout(() => over.abort(new HealthCheckTimeoutError(this.#timeout)), this.#timeout);
    try {
      await raceAbort(this.#sendFinal(report, over.signal), over.signal);
      this.#recordSuccess();
    } catch (error) {
      this.#recordFailure(error);
    } finally {
      shutdownClock.clearTimeout(timer);
    }
  }

  async #sendFinal(report: HealthReport, signal: AbortSignal): Promise<void> {
    await this.#sending;
    if (signal.aborted) return;
    if (this.#publisher.finish) await this.#publisher.finish(report, signal);
    else await this.#publisher.publish(report, signal);
  }

  #recordSuccess(): void {
    if (this.#isFailing) this.#logger.log(`Health is published to ${this.#name} again`);
    this.#isFailing = false;
  }

  #recordFailure(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#logger.warn(
      `Health is not published to ${this.#name}: ${textOf(error)}. Further failures are not logged until it works again`,
    );
  }

  get #name(): string {
    return onOneLine(this.#publisher.name);
  }
}

/** The message of an unknown error may contain a URL with a secret, so it is not logged. */
function textOf(error: unknown): string {
  const { error: text, code } = describeFailure(error);
  const words = text === CHECK_FAILED ? 'publish() failed' : onOneLine(text);
  return code === undefined ? words : `${words} (${onOneLine(code)})`;
}
