import { Injectable } from '@nestjs/common';
import { OnDrain } from 'nest-vitals';
import { Database } from '../orders-service/database/database.js';

/**
 * Holds every connection of the database in a transaction, as a long migration does. On PostgreSQL each transaction locks
 * the table of orders: the first one gets the lock, and the others wait for it.
 */
@Injectable()
export class DatabaseLock {
  #release: (() => void) | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(private readonly database: Database) {}

  get isHeld(): boolean {
    return this.#release !== undefined;
  }

  /** Resolves when the table is locked. */
  async hold(): Promise<void> {
    if (this.#release) return;
    const released = new Promise<void>((resolve) => (this.#release = resolve));
    const { connections } = this.database;
    try {
      await new Promise<void>((locked, failed) => {
        const transactions = Array.from({ length: connections }, () => this.#transaction(locked, released));
        this.#ended = Promise.allSettled(transactions);
        Promise.all(transactions).catch(failed);
      });
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    this.#release?.();
    await this.#ended;
    this.#release = undefined;
  }

  /** Ends the lock when the shutdown begins, so that requests that wait for the database can finish. */
  @OnDrain()
  onDrain(): unknown {
    return this.release();
  }

  #transaction(locked: () => void, released: Promise<void>): Promise<void> {
    return this.database.transaction(async (manager) => {
      if (this.database.isPostgres) await manager.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
      locked();
      await released;
    });
  }
}
