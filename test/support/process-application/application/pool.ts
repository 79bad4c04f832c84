import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { tell } from './outside.js';

/** A test double of a database pool. It responds until it is destroyed. */
@Injectable()
export class Pool implements OnModuleDestroy {
  #isDestroyed = false;

  query(): string {
    if (this.#isDestroyed) {
      tell('query after destruction');
      throw new Error('the pool is gone');
    }
    return 'rows';
  }

  onModuleDestroy(): void {
    this.#isDestroyed = true;
    tell('pool destroyed');
  }
}

@Module({ providers: [Pool], exports: [Pool] })
export class PoolModule {}
