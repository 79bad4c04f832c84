import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnDrain } from 'nest-vitals';
import { ConfirmationsHeartbeat } from './confirmations.heartbeat.js';

/** Milliseconds between two reads of the queue. */
const PAUSE = 250;

/** Sends a confirmation for each paid order. It has no HTTP server: the queue gives it work. */
@Injectable()
export class ConfirmationsWorker implements OnApplicationBootstrap {
  readonly #stop = new AbortController();
  readonly #logger = new Logger(ConfirmationsWorker.name);
  readonly #queue: string[] = [];
  #loop: Promise<void> = Promise.resolve();

  constructor(private readonly heartbeat: ConfirmationsHeartbeat) {}

  onApplicationBootstrap(): void {
    process.on('message', ({ orderId }: { readonly orderId: string }) => this.#queue.push(orderId));
    this.#loop = this.#run();
  }

  /** Finishes what is in the queue, then stops. */
  @OnDrain()
  stop(): unknown {
    this.#stop.abort();
    return this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted || this.#queue.length > 0) {
      for (const orderId of this.#queue.splice(0)) this.#logger.log(`Confirmed order ${orderId}`);
      this.heartbeat.beat();
      await delay(PAUSE, undefined, { signal }).catch(() => undefined);
    }
  }
}
