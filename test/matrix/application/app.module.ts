import { Injectable, Module } from '@nestjs/common';
import { HealthIndicator, HealthModule, type HealthCheckContext, type HealthResult, degraded, up } from 'nest-vitals';
import { HttpIndicator } from 'nest-vitals/indicators';
import { HealthManagementModule } from 'nest-vitals/management';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';

@Injectable()
export class Stock {
  readonly lag = 3;
}

@HealthIndicator('stock', { timeout: 300 })
export class StockHealth implements HealthIndicator {
  // The injection works only with the metadata of decorators.
  constructor(private readonly stock: Stock) {}

  check({ signal }: HealthCheckContext): HealthResult {
    signal.throwIfAborted();
    return this.stock.lag > 30 ? degraded('behind', { lag: this.stock.lag }) : up({ lag: this.stock.lag });
  }
}

@Module({
  imports: [
    HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' } }),
    HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1' }),
    HealthPrometheusModule.forRoot(),
  ],
  providers: [Stock, StockHealth, HttpIndicator('closed', { url: 'http://127.0.0.1:9/', critical: false })],
})
export class AppModule {}
