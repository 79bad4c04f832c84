import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { POOL_SIZE } from './database-options.js';
import { Mutex } from './mutex.js';

type Work<T> = (manager: EntityManager) => Promise<T>;

/**
 * All queries go through this class. PostgreSQL has a pool of connections. sql.js has one connection, on which the
 * statements of two transactions would mix, so a mutex runs them one after the other.
 */
@Injectable()
export class Database {
  readonly #mutex = new Mutex();
  readonly isPostgres: boolean;

  constructor(private readonly source: DataSource) {
    this.isPostgres = source.driver instanceof PostgresDriver;
  }

  /** The largest number of concurrent transactions. */
  get connections(): number {
    return this.isPostgres ? POOL_SIZE : 1;
  }

  run<T>(work: Work<T>): Promise<T> {
    return this.isPostgres ? work(this.source.manager) : this.#mutex.run(() => work(this.source.manager));
  }

  transaction<T>(work: Work<T>): Promise<T> {
    return this.isPostgres ? this.source.transaction(work) : this.#mutex.run(() => this.source.transaction(work));
  }
}
