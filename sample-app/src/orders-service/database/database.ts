import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { Turns } from './turns.js';

/** How many connections there are, how many of them are in use, and how many callers wait for one. */
export interface ConnectionFacts {
  readonly size: number;
  readonly busy: number;
  readonly waiting: number;
}

/** What is used of the pool of `pg`, which TypeORM leaves untyped. */
interface Pool {
  readonly options: { readonly max: number };
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

type Work<T> = (manager: EntityManager) => Promise<T>;

/**
 * The only way to the database. PostgreSQL has a pool of connections. sql.js has a single one, on which statements of
 * two transactions would mix, so that there the callers take turns.
 */
@Injectable()
export class Database {
  readonly #turns = new Turns();
  readonly #pool: Pool | undefined;

  constructor(private readonly source: DataSource) {
    this.#pool = source.driver instanceof PostgresDriver ? (source.driver.master as Pool) : undefined;
  }

  get isPostgres(): boolean {
    return this.#pool !== undefined;
  }

  run<T>(work: Work<T>): Promise<T> {
    return this.#pool ? work(this.source.manager) : this.#turns.take(() => work(this.source.manager));
  }

  transaction<T>(work: Work<T>): Promise<T> {
    return this.#pool ? this.source.transaction(work) : this.#turns.take(() => this.source.transaction(work));
  }

  get connections(): ConnectionFacts {
    if (!this.#pool) return { size: 1, busy: this.#turns.busy, waiting: this.#turns.waiting };
    const { options, totalCount, idleCount, waitingCount } = this.#pool;
    return { size: options.max, busy: totalCount - idleCount, waiting: waitingCount };
  }
}
