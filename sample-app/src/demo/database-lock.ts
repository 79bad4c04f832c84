import { Injectable } from '@nestjs/common';
import { OnDrain } from 'nest-vitals';
import { Database } from '../orders-service/database/database.js';

/**
 * Takes every connection there is and keeps it, in transactions that each want the orders table for themselves: the
 * first has it, the others wait, and so does whoever comes next. A migration under traffic does just that.
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

  /** Requests that wait for the database are to be answered before the application ends. */
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
