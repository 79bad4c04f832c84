import { Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { drizzle } from 'drizzle-orm/node-postgres';
import { HealthModule } from 'nest-vitals';
import { PgIndicator } from 'nest-vitals/pg';
import { Pool } from 'pg';

export const DRIZZLE = Symbol('DRIZZLE');

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
    { provide: DRIZZLE, useFactory: (pool: Pool) => drizzle(pool), inject: [Pool] },
    PgIndicator('database', { client: Pool }),
  ],
})
export class AppModule implements OnApplicationShutdown {
  constructor(private readonly pool: Pool) {}

  async onApplicationShutdown() {
    await this.pool.end();
  }
}
