import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Kysely, PostgresDialect } from 'kysely';
import { HealthModule } from 'nest-vitals';
import { PgIndicator } from 'nest-vitals/pg';
import { Pool } from 'pg';

/** The tables of the application. */
interface Database {
  orders: { id: number };
}

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
    {
      provide: Kysely,
      useFactory: (pool: Pool) => new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }),
      inject: [Pool],
    },
    PgIndicator('database', { client: Pool }),
  ],
})
export class AppModule implements OnApplicationShutdown {
  constructor(@Inject(Kysely) private readonly database: Kysely<Database>) {}

  async onApplicationShutdown() {
    // It ends the pool too.
    await this.database.destroy();
  }
}
