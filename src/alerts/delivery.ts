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

/** The outcome of a delivery. `refused`: the receiver would refuse the alert again. `obsolete`: the alert was no longer due. */
export type DeliveryEnd = 'delivered' | 'refused' | 'failed' | 'obsolete';

/** The terms of one alert. */
export interface DeliveryTerms {
  /** Called before each attempt. False: the alert is dropped without a log line. */
  readonly isDue: () => boolean;
  /** Called once. */
  readonly ended: (end: DeliveryEnd) => void;
}

interface Waiting {
  readonly alert: Alert;
  readonly terms: DeliveryTerms | undefined;
}

/** Delivers alerts to one receiver in order, one at a time, in the background. */
export class Delivery {
  readonly #settings: DeliverySettings;
  readonly #waiting: Waiting[] = [];
  /** Aborted at the shutdown: no more pauses between attempts. */
  readonly #finishing = new AbortController();
  /** Aborted when the shutdown timeout is over: no more attempts. */
  readonly #timedOut = new AbortController();
  #delivering: Promise<void> | undefined;
  #dropped = 0;

  constructor(settings: DeliverySettings) {
    this.#settings = settings;
  }

  push(alert: Alert, terms?: DeliveryTerms): void {
    if (this.#timedOut.signal.aborted) return terms?.ended('failed');
    const { queueSize, receiver, logger } = this.#settings;
    this.#waiting.push({ alert, terms });
    if (this.#waiting.length > queueSize) {
      const dropped = this.#waiting.shift();
      this.#dropped += 1;
      logger.warn(
        `More than ${queueSize} alerts wait for ${receiver}: dropped the oldest (${this.#dropped} dropped since the start)`,
      );
      dropped?.terms?.ended('failed');
    }
    this.#delivering ??= this.#deliverAll();
  }

  /** Sends an alert again for a receiver that lets alerts expire, unless an alert about the same subject is waiting. */
  remind(alert: Alert): void {
    if (!this.#waiting.some((each) => keyOf(each.alert.subject) === keyOf(alert.subject))) this.push(alert);
  }

  /** Makes one attempt for each waiting alert, without pauses, for at most this many milliseconds. */
  async finish(milliseconds: number): Promise<void> {
    this.#finishing.abort();
    const timer = shutdownClock.setTimeout(() => this.#timedOut.abort(), milliseconds);
    await this.#delivering;
    shutdownClock.clearTimeout(timer);
    this.#timedOut.abort();
  }

  async #deliverAll(): Promise<void> {
    // The run that caused the alert must not wait for the delivery.
    await Promise.resolve();
    const { receiver, logger } = this.#settings;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (!this.#timedOut.signal.aborted) {
        const end = await this.#deliver(next);
        next.terms?.ended(end);
        continue;
      }
      const lost = [next, ...this.#waiting.splice(0)].filter(({ terms }) => terms?.isDue() !== false);
      if (lost.length > 0) {
        logger.error(`${lost.length} alerts for ${receiver} were not delivered before the shutdown timeout`);
      }
      for (const { terms } of lost) terms?.ended('failed');
    }
    this.#delivering = undefined;
  }

  async #deliver({ alert, terms }: Waiting): Promise<DeliveryEnd> {
    const { send, retries, receiver, logger } = this.#settings;
    for (let attempt = 1; ; attempt += 1) {
      if (terms?.isDue() === false) return 'obsolete';
      const isLast = attempt > retries || this.#finishing.signal.aborted;
      try {
        await send(alert, this.#timedOut.signal);
        return 'delivered';
      } catch (error) {
        const isFinal = error instanceof RefusedError && error.isFinal;
        if (isFinal || isLast || this.#timedOut.signal.aborted) {
          const count = attempt === 1 ? '1 attempt' : `${attempt} attempts`;
          const { name } = alert.subject;
          const title = alert.event === 'stall' ? `${name} blocked` : `${name} is ${alert.status}`;
          logger.error(`The alert "${title}" was not delivered to ${receiver} after ${count}: ${textOf(error)}`);
          return isFinal ? 'refused' : 'failed';
        }
        await sleep(pauseAfter(attempt), this.#finishing.signal);
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
