import { Controller, Get, Module } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { HttpIndicator } from 'nest-vitals/indicators';
import { PgIndicator } from 'nest-vitals/pg';

@Controller('orders')
class OrdersController {
  @Get()
  list(): readonly string[] {
    return [];
  }
}

/** The reader's application: its dependencies do not run in tests. */
@Module({
  // The balancer of the simulated shutdown has time to notice, however busy the machine is.
  imports: [HealthModule.forRoot({ shutdown: { minDelay: 3000 } })],
  controllers: [OrdersController],
  providers: [
    PgIndicator('database', { client: 'PG_POOL' }),
    HttpIndicator('payments', { url: 'http://payments.invalid/health/ready', critical: false }),
  ],
})
export class AppModule {}
