import { pause } from '../core/pause.js';
import { describeFailure } from '../core/failure.js';
import { shutdownClock } from '../core/shutdown-clock.js';
import type { Alert } from './alert.js';
import { keyOf } from './alert-tracker.js';

/** Milliseconds: the first pause before a repeated try, and the longest. Each is twice the one before. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** A receiver has answered, and not as it should. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(
    message: string,
    /** The same request would be refused again. */
    readonly isFinal: boolean,
  ) {
    super(message);
  }
}

export interface DeliverySettings {
  /** How messages about the delivery call the receiver: nothing that is secret. */
  readonly receiver: string;
  /** How many alerts may wait. */
  readonly queueSize: number;
  /** How often a failed try is repeated. */
  readonly retries: number;
  readonly send: (alert: Alert, signal: AbortSignal) => Promise<void>;
  readonly logger: { warn(line: string): void; error(line: string): void };
}

/** Hands alerts to one receiver, one after the other and in their order, without anybody waiting for it. */
export class Delivery {
  readonly #settings: DeliverySettings;
  readonly #waiting: Alert[] = [];
  /** Aborted when there is no time for pauses any more. */
  readonly #hurry = new AbortController();
  /** Aborted when there is no time at all. */
  readonly #over = new AbortController();
  #underWay: Promise<void> | undefined;
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
        `More than ${queueSize} alerts wait for ${receiver}: the oldest is dropped (${this.#dropped} so far)`,
      );
    }
    this.#underWay ??= this.#deliverAll();
  }

  /** Sends again what the receiver forgets by itself, unless news of it are waiting already. */
  remind(alert: Alert): void {
    if (!this.#waiting.some(({ subject }) => keyOf(subject) === keyOf(alert.subject))) this.push(alert);
  }

  /** Sends what is waiting, for so many milliseconds at most: each once more, and without pauses. */
  async finish(milliseconds: number): Promise<void> {
    this.#hurry.abort();
    const timer = shutdownClock.setTimeout(() => this.#over.abort(), milliseconds);
    await this.#underWay;
    shutdownClock.clearTimeout(timer);
    this.#over.abort();
  }

  async #deliverAll(): Promise<void> {
    // What has caused the alert goes on first.
    await Promise.resolve();
    const { receiver, logger } = this.#settings;
    for (let alert = this.#waiting.shift(); alert; alert = this.#waiting.shift()) {
      if (!this.#over.signal.aborted) await this.#deliver(alert);
      else {
        logger.error(`${this.#waiting.length + 1} alerts for ${receiver} were not sent before the shutdown`);
        this.#waiting.length = 0;
      }
    }
    this.#underWay = undefined;
  }

  async #deliver(alert: Alert): Promise<void> {
    const { send, retries, receiver, logger } = this.#settings;
    for (let tries = 1; ; tries += 1) {
      const isLast = tries > retries || this.#hurry.signal.aborted;
      try {
        return await send(alert, this.#over.signal);
      } catch (error) {
        const isFinal = error instanceof RefusedError && error.isFinal;
        if (isFinal || isLast || this.#over.signal.aborted) {
          const times = tries === 1 ? 'once' : `${tries} times`;
          const { name } = alert.subject;
          return logger.error(
            `The alert that ${name} is ${alert.status} did not reach ${receiver}, tried ${times}: ${textOf(error)}`,
          );
        }
        await pause(pauseAfter(tries), this.#hurry.signal);
      }
    }
  }
}

/** Between half and all of it, so that instances that failed together do not come back together. */
function pauseAfter(tries: number): number {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1));
  return longest * (0.5 + Math.random() / 2);
}

/** An error of the network may hold the address with everything in it. */
function textOf(error: unknown): string {
  if (error instanceof RefusedError) return error.message;
  const { error: text, code } = describeFailure(error);
  return code === undefined ? text : `${text} (${code})`;
}
