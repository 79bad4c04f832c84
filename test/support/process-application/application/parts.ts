import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { HealthService, OnDrain } from 'nest-vitals';
import { CertainComputingCheck, ComputingCheck } from './blocking.js';
import type { Part } from './configuration.js';
import { gate, tell } from './outside.js';
import { Pool } from './pool.js';

@Injectable()
class Consumer {
  constructor(@Inject(Pool) private readonly pool: Pool) {}

  @OnDrain()
  async stopPulling(): Promise<void> {
    tell('told to drain', { rows: this.pool.query() });
    await gate('consumer');
    tell('consumer stopped', { rows: this.pool.query() });
  }
}

@Injectable()
class ThrowingConsumer {
  @OnDrain()
  stopPulling(): void {
    throw new Error('the queue is gone');
  }
}

@Injectable()
class HangingConsumer {
  @OnDrain()
  stopPulling(): Promise<never> {
    return new Promise(() => undefined);
  }
}

@Injectable()
class LimitedHangingConsumer {
  @OnDrain({ timeout: 300 })
  stopPulling(): Promise<never> {
    return new Promise(() => undefined);
  }
}

@Injectable()
class ThrowingOnModuleDestroy implements OnModuleDestroy {
  onModuleDestroy(): void {
    tell('about to throw');
    throw new Error('cannot be destroyed');
  }
}

@Injectable()
class ThrowingBeforeApplicationShutdown implements BeforeApplicationShutdown {
  beforeApplicationShutdown(): void {
    tell('about to throw');
    throw new Error('cannot be shut down');
  }
}

@Injectable()
class SlowStart implements OnModuleInit {
  async onModuleInit(): Promise<void> {
    // Real slow starts wait for a connection or a file, which keep a process alive.
    const alive = setInterval(() => undefined, 1000);
    tell('starting');
    await gate('init');
    clearInterval(alive);
  }
}

@Injectable()
class WarmUp {
  readonly isWarm: Promise<boolean>;

  constructor(@Inject(HealthService) health: HealthService) {
    this.isWarm = health.delayReadiness('cache', gate('warm-up'));
  }
}

@Injectable()
class WarmUpWithRetries {
  #attempts = 0;

  constructor(@Inject(HealthService) health: HealthService) {
    void health
      .delayReadiness('cache', () => this.#attempt(), { retry: 20 })
      .then((isWarm) => tell('warmed up', { isWarm, attempts: this.#attempts }));
  }

  async #attempt(): Promise<void> {
    this.#attempts += 1;
    if (this.#attempts < 3) throw new Error('the file is not there yet');
    tell('third attempt');
    await gate('warm-up');
  }
}

@Injectable()
class Poller implements OnModuleDestroy {
  readonly #timer: NodeJS.Timeout;

  constructor(@Inject(Pool) pool: Pool) {
    this.#timer = setInterval(() => tell('polled', { rows: pool.query() }), 20);
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }
}

export const PARTS: Readonly<Record<Part, Type>> = {
  consumer: Consumer,
  'throwing consumer': ThrowingConsumer,
  'hanging consumer': HangingConsumer,
  'limited hanging consumer': LimitedHangingConsumer,
  'throwing onModuleDestroy': ThrowingOnModuleDestroy,
  'throwing beforeApplicationShutdown': ThrowingBeforeApplicationShutdown,
  'slow start': SlowStart,
  'warm-up': WarmUp,
  'warm-up with retries': WarmUpWithRetries,
  poller: Poller,
  'computing check': ComputingCheck,
  'computing check that is certain': CertainComputingCheck,
};
