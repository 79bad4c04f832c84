import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import knex, { type Knex } from 'knex';
import { HealthIndicator, type HealthCheckContext, HealthModule, up } from 'nest-vitals';

export const KNEX = Symbol('KNEX');

/** The pool of tarn inside Knex. The types of Knex do not declare it. */
interface TarnPool {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

@HealthIndicator('database', { timeout: 500 })
export class KnexHealth implements HealthIndicator {
  constructor(@Inject(KNEX) private readonly database: Knex) {}

  async check({ attach }: HealthCheckContext) {
    const { pool } = this.database.client as { pool: TarnPool };
    const counts = () => ({
      pool_used: pool.numUsed(),
      pool_idle: pool.numFree(),
      pool_waiting: pool.numPendingAcquires(),
    });
    // For a check that fails or times out.
    attach(counts);
    // Knex has no signal. After its own timeout, it discards the connection, so that no check keeps one.
    await this.database.raw('SELECT 1').timeout(1000);
    return up(counts());
  }
}

@Module({
  imports: [HealthModule.forRoot()],
  providers: [
    {
      provide: KNEX,
      useFactory: () =>
        knex({
          client: 'pg',
          connection: process.env['DATABASE_URL'] ?? 'postgres://localhost/orders',
          // While the pool is full, a check waits in its queue for this time.
          acquireConnectionTimeout: 5000,
        }),
    },
    KnexHealth,
  ],
})
export class AppModule implements OnApplicationShutdown {
  constructor(@Inject(KNEX) private readonly database: Knex) {}

  async onApplicationShutdown() {
    await this.database.destroy();
  }
}
