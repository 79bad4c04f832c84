import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnDrain } from 'nest-vitals';
import { PaymentsClient } from '../payments/payments.client.js';
import { OutboxHeartbeat } from './outbox.heartbeat.js';
import { OutboxService } from './outbox.service.js';

/** Milliseconds between two looks into the outbox. */
const PAUSE = 250;
const BATCH = 10;

/**
 * Works off the outbox, one message after the other. A message goes out again when the answer to it was lost, and two
 * instances of the service may send the same one: payments charges an order once, however often it is asked.
 */
@Injectable()
export class OutboxProcessor implements OnApplicationBootstrap {
  readonly #stop = new AbortController();
  readonly #logger = new Logger(OutboxProcessor.name);
  #loop: Promise<void> = Promise.resolve();
  #isPaused = false;
  #isFailing = false;

  constructor(
    private readonly outbox: OutboxService,
    private readonly payments: PaymentsClient,
    private readonly heartbeat: OutboxHeartbeat,
  ) {}

  get isPaused(): boolean {
    return this.#isPaused;
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

  /** Takes no more messages once the shutdown has begun. The one in hand is finished: the database is still there. */
  @OnDrain()
  stop(): unknown {
    this.#stop.abort();
    return this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (!this.#isPaused) {
        await this.#workOff();
        this.heartbeat.beat();
      }
      await delay(PAUSE, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #workOff(): Promise<void> {
    try {
      for (const message of await this.outbox.next(BATCH)) {
        if (this.#isPaused || this.#stop.signal.aborted) return;
        await this.payments.charge(message.orderId, message.amountCents);
        await this.outbox.settle(message);
      }
      this.#isFailing = false;
    } catch (error) {
      // The outbox is tried again and again, but its trouble is told once.
      if (!this.#isFailing) this.#logger.warn('The outbox cannot be worked off, and will be tried again', error);
      this.#isFailing = true;
    }
  }
}
