import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import knex, { type Knex } from 'knex';
import { HealthModule } from 'nest-vitals';
import { PgIndicator } from 'nest-vitals/pg';
import { Pool } from 'pg';

export const KNEX = Symbol('KNEX');

function createPool(): Pool {
  const pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
  // Without a listener, an idle connection that breaks ends the process.
  pool.on('error', ({ message }) => new Logger('Database').warn(message));
  return pool;
}

@Module({
  imports: [HealthModule.forRoot()],
  providers: [
    { provide: Pool, useFactory: createPool },
    { provide: KNEX, useFactory: (pool: Pool) => knex({ client: 'pg', connectionPool: pool }), inject: [Pool] },
    PgIndicator('database', { client: Pool }),
  ],
})
export class AppModule implements OnApplicationShutdown {
  constructor(
    @Inject(KNEX) private readonly database: Knex,
    private readonly pool: Pool,
  ) {}

  async onApplicationShutdown() {
    await this.database.destroy();
    await this.pool.end();
  }
}
