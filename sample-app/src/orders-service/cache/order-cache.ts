import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Order } from '../orders/order.entity.js';

export const REDIS = Symbol('REDIS');

const LIFETIME_SECONDS = 60;

/** Caches paid orders, which do not change. If Redis fails, the service reads them from the database. */
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
      const reply = await command();
      this.#isFailing = false;
      return reply;
    } catch (error) {
      // Logged once for each outage.
      if (!this.#isFailing) this.#logger.warn('The cache failed; orders are read from the database instead', error);
      this.#isFailing = true;
      return undefined;
    }
  }
}

const keyOf = (id: string): string => `order:${id}`;
