import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnDrain } from 'nest-vitals';
import { PaymentsClient } from '../payments/payments.client.js';
import { OutboxHeartbeat } from './outbox.heartbeat.js';
import { OutboxService } from './outbox.service.js';

/** Milliseconds between two reads of the outbox. */
const PAUSE = 250;
const BATCH = 10;

/**
 * Sends the payments in the outbox, one after the other. A payment may be sent again, after a lost response or by another
 * instance; the payments service charges each order once.
 */
@Injectable()
export class OutboxProcessor implements OnApplicationBootstrap {
  readonly #stop = new AbortController();
  readonly #logger = new Logger(OutboxProcessor.name);
  #loop: Promise<void> = Promise.resolve();
  #isPaused = false;
  #isFailing = false;
  #onPaid: (orderId: string) => void = () => undefined;

  constructor(
    private readonly outbox: OutboxService,
    private readonly payments: PaymentsClient,
    private readonly heartbeat: OutboxHeartbeat,
  ) {}

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Calls the function for each order that has been paid. */
  onPaid(listener: (orderId: string) => void): void {
    this.#onPaid = listener;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  onApplicationBootstrap(): void {
    this.#loop = this.#run();
  }

  /** Starts no new message after the beginning of the shutdown, and waits for the current one. The database is still open. */
  @OnDrain()
  stop(): unknown {
    this.#stop.abort();
    return this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (!this.#isPaused) {
        await this.#sendBatch();
        this.heartbeat.beat();
      }
      await delay(PAUSE, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #sendBatch(): Promise<void> {
    try {
      for (const message of await this.outbox.next(BATCH)) {
        if (this.#isPaused || this.#stop.signal.aborted) return;
        await this.payments.charge(message.orderId, message.amountCents);
        await this.outbox.settle(message);
        this.#onPaid(message.orderId);
      }
      this.#isFailing = false;
    } catch (error) {
      // Logged once for each outage, although the next attempt follows soon.
      if (!this.#isFailing) this.#logger.warn('A payment failed; the outbox keeps it and sends it again', error);
      this.#isFailing = true;
    }
  }
}
