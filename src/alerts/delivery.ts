import { sleep } from '../core/async.js';
import { CHECK_FAILED, describeFailure } from '../core/failure.js';
import { shutdownClock } from '../core/shutdown-clock.js';
import type { Alert } from './alert.js';
import { keyOf } from './alert-tracker.js';

/** First and longest pause between attempts, in milliseconds. Each pause is twice as long as the previous one. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** The receiver has responded, and has not accepted the alert. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(
    message: string,
    /** True: the receiver would refuse the same request again, so it is not repeated. */
    readonly isFinal: boolean,
  ) {
    super(message);
  }
}

export interface DeliverySettings {
  /** Name of the receiver in log lines. Must not contain a secret. */
  readonly receiver: string;
  /** Number of alerts that may wait. */
  readonly queueSize: number;
  /** Number of attempts after the first one. */
  readonly retries: number;
  readonly send: (alert: Alert, signal: AbortSignal) => Promise<void>;
  readonly logger: { warn(line: string): void; error(line: string): void };
}

/** Delivers alerts to one receiver in order, one at a time, in the background. */
export class Delivery {
  readonly #settings: DeliverySettings;
  readonly #waiting: Alert[] = [];
  /** Aborted at the shutdown: no more pauses between attempts. */
  readonly #hurry = new AbortController();
  /** Aborted when the shutdown timeout is over: no more attempts. */
  readonly #over = new AbortController();
  #delivering: Promise<void> | undefined;
  #dropped = 0;

  constructor(settings: DeliverySettings) {
    this.#settings = settings;
  }

  push(alert: Alert): void {
    if (this.#over.signal.aborted) return;
    const { queueSize, receiver, logger } = this.#settings;
    this.#waiting.push(alert);
    if (this.#waiting.length > queueSize) {
      this.#waiting.shift();
      this.#dropped += 1;
      logger.warn(
        `More than ${queueSize} alerts wait for ${receiver}: dropped the oldest (${this.#dropped} dropped since the start)`,
      );
    }
    this.#delivering ??= this.#deliverAll();
  }

  /** Sends an alert again for a receiver that lets alerts expire, unless an alert about the same subject is waiting. */
  remind(alert: Alert): void {
    if (!this.#waiting.some(({ subject }) => keyOf(subject) === keyOf(alert.subject))) this.push(alert);
  }

  /** Makes one attempt for each waiting alert, without pauses, for at most this many milliseconds. */
  async finish(milliseconds: number): Promise<void> {
    this.#hurry.abort();
    const timer = shutdownClock.setTimeout(() => this.#over.abort(), milliseconds);
    await this.#delivering;
    shutdownClock.clearTimeout(timer);
    this.#over.abort();
  }

  async #deliverAll(): Promise<void> {
    // The run that caused the alert must not wait for the delivery.
    await Promise.resolve();
    const { receiver, logger } = this.#settings;
    for (let alert = this.#waiting.shift(); alert; alert = this.#waiting.shift()) {
      if (!this.#over.signal.aborted) await this.#deliver(alert);
      else {
        logger.error(
          `${this.#waiting.length + 1} alerts for ${receiver} were not delivered before the shutdown timeout`,
        );
        this.#waiting.length = 0;
      }
    }
    this.#delivering = undefined;
  }

  async #deliver(alert: Alert): Promise<void> {
    const { send, retries, receiver, logger } = this.#settings;
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt > retries || this.#hurry.signal.aborted;
      try {
        return await send(alert, this.#over.signal);
      } catch (error) {
        const isFinal = error instanceof RefusedError && error.isFinal;
        if (isFinal || isLast || this.#over.signal.aborted) {
          const count = attempt === 1 ? '1 attempt' : `${attempt} attempts`;
          const { name } = alert.subject;
          const title = alert.event === 'stall' ? `${name} blocked` : `${name} is ${alert.status}`;
          return logger.error(`The alert "${title}" was not delivered to ${receiver} after ${count}: ${textOf(error)}`);
        }
        await sleep(pauseAfter(attempt), this.#hurry.signal);
      }
    }
  }
}

/** A random pause between half and all of the full pause: instances that failed together do not repeat together. */
function pauseAfter(attempt: number): number {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
  return longest * (0.5 + Math.random() / 2);
}

/** The message of any other error may contain credentials or addresses, so it is not logged. */
function textOf(error: unknown): string {
  if (error instanceof RefusedError) return error.message;
  const { error: kind, code } = describeFailure(error);
  const text = kind === CHECK_FAILED ? 'the attempt failed' : kind;
  return code === undefined ? text : `${text} (${code})`;
}
