import { setTimeout as delay } from 'node:timers/promises';
import { HealthCheckError, type HealthCheckContext, HealthIndicator, up } from 'nest-vitals';
import { Database } from './database.js';

/** The share of its time after which the check itself gives up, so that it can still say how the pool stands. */
const PATIENCE = 0.8;

/** Asks the database for an answer that needs no table, over a connection of the application's own pool. */
@HealthIndicator('database', { probes: ['ready', 'startup'] })
export class DatabaseHealth implements HealthIndicator {
  #ping: Promise<unknown> | undefined;

  constructor(private readonly database: Database) {}

  async check({ signal, timeout }: HealthCheckContext) {
    const patience = Math.round(timeout * PATIENCE);
    try {
      const isAnswered = await Promise.race([
        this.#sharedPing().then(() => true),
        delay(patience, false, { ref: false, signal }),
      ]);
      if (isAnswered) return up(this.#facts);
    } catch (cause) {
      if (this.#isExhausted) throw this.#exhausted({ cause });
      throw cause;
    }
    if (this.#isExhausted) throw this.#exhausted();
    throw new HealthCheckError(`no answer within ${patience} ms`, { code: 'ETIMEDOUT', data: this.#facts });
  }

  /**
   * A ping that nobody waits for any more still stands in line for a connection. The next check takes its place there,
   * instead of putting one more behind it: checks of a database in trouble must not be a part of the trouble.
   */
  #sharedPing(): Promise<unknown> {
    return (this.#ping ??= this.database
      .run((manager) => manager.query('SELECT 1'))
      .finally(() => (this.#ping = undefined)));
  }

  get #facts() {
    const { size, busy, waiting } = this.database.connections;
    return { pool_size: size, pool_busy: busy, pool_waiting: waiting };
  }

  get #isExhausted(): boolean {
    const { size, busy } = this.database.connections;
    return busy >= size;
  }

  #exhausted(cause: object = {}): HealthCheckError {
    return new HealthCheckError('all connections are in use', {
      code: 'POOL_EXHAUSTED',
      data: this.#facts,
      ...cause,
    });
  }
}
