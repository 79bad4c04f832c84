import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { POOL_SIZE } from './database-options.js';
import { Turns } from './turns.js';

type Work<T> = (manager: EntityManager) => Promise<T>;

/**
 * All queries go through this class. PostgreSQL has a pool of connections. sql.js has one connection, on which the
 * statements of two transactions would mix, so its callers wait for their turn.
 */
@Injectable()
export class Database {
  readonly #turns = new Turns();
  readonly isPostgres: boolean;

  constructor(private readonly source: DataSource) {
    this.isPostgres = source.driver instanceof PostgresDriver;
  }

  /** The largest number of concurrent transactions. */
  get connections(): number {
    return this.isPostgres ? POOL_SIZE : 1;
  }

  run<T>(work: Work<T>): Promise<T> {
    return this.isPostgres ? work(this.source.manager) : this.#turns.take(() => work(this.source.manager));
  }

  transaction<T>(work: Work<T>): Promise<T> {
    return this.isPostgres ? this.source.transaction(work) : this.#turns.take(() => this.source.transaction(work));
  }
}
