import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { POOL_SIZE } from './database-options.js';
import { Turns } from './turns.js';

type Work<T> = (manager: EntityManager) => Promise<T>;

/**
 * The only way to the database. PostgreSQL has a pool of connections. sql.js has a single one, on which statements of
 * two transactions would mix, so that there the callers take turns.
 */
@Injectable()
export class Database {
  readonly #turns = new Turns();
  readonly isPostgres: boolean;

  constructor(private readonly source: DataSource) {
    this.isPostgres = source.driver instanceof PostgresDriver;
  }

  /** The most that can be at work at the same time. */
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
