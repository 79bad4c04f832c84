import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Order } from '../orders/order.entity.js';

export const REDIS = Symbol('REDIS');

const LIFETIME_SECONDS = 60;

/** Keeps orders that do not change any more. Without Redis there is no cache, and when it fails the database is asked. */
@Injectable()
export class OrderCache implements OnApplicationShutdown {
  readonly #logger = new Logger(OrderCache.name);
  #isFailing = false;

  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  async find(id: string): Promise<Order | undefined> {
    const text = await this.#attempt(() => this.redis.get(keyOf(id)));
    return typeof text === 'string' ? (JSON.parse(text) as Order) : undefined;
  }

  async keep(order: Order): Promise<void> {
    await this.#attempt(() => this.redis.set(keyOf(order.id), JSON.stringify(order), 'EX', LIFETIME_SECONDS));
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  async #attempt<T>(command: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await command();
      this.#isFailing = false;
      return answer;
    } catch (error) {
      // Its trouble is told once.
      if (!this.#isFailing) this.#logger.warn('The cache does not answer; the database is asked instead', error);
      this.#isFailing = true;
      return undefined;
    }
  }
}

const keyOf = (id: string): string => `order:${id}`;
