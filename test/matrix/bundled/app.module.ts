import { Injectable, Module } from '@nestjs/common';
import { HealthIndicator, HealthModule, type HealthResult, up } from 'nest-vitals';
import { HealthAlertsModule } from 'nest-vitals/alerts';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagementModule } from 'nest-vitals/management';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { TypeOrmIndicator } from 'nest-vitals/typeorm';
import { DatabaseHealth } from './database/database.health.js';

@Injectable()
export class Stock {
  readonly lag = 3;
}

@HealthIndicator('stock', { timeout: 300 })
export class StockHealth implements HealthIndicator {
  // The injection works only with the metadata of decorators.
  constructor(private readonly stock: Stock) {}

  check(): HealthResult {
    return up({ lag: this.stock.lag });
  }
}

/** Its name comes from its class. */
@HealthIndicator()
export class PaymentsApiHealth implements HealthIndicator {
  check(): HealthResult {
    return up();
  }
}

/** `unnamed`: an indicator without a name. `peer`: an indicator whose package is not installed. */
const { VARIANT } = process.env;

@Module({
  imports: [
    HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' } }),
    HealthAlertsModule.forRoot({ targets: [] }),
    HealthDashboardModule.forRoot(),
    HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1' }),
    HealthPrometheusModule.forRoot(),
  ],
  providers: [
    Stock,
    StockHealth,
    DatabaseHealth,
    ...(VARIANT === 'unnamed' ? [PaymentsApiHealth] : []),
    ...(VARIANT === 'peer' ? [TypeOrmIndicator('orders_database')] : []),
  ],
})
export class AppModule {}
