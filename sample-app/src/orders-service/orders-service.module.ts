import { Module } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { CacheModule } from './cache/cache.module.js';
import { ConfigurationModule } from './configuration.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EventsModule } from './events/events.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { ProcessHealthModule } from './process/process-health.module.js';

/** The orders service. Each module provides its own indicators; HealthModule finds them. */
@Module({
  imports: [
    ConfigurationModule,
    HealthModule.forRoot({
      service: { name: 'orders', version: '1.4.2' },
      groups: { billing: { tags: ['billing'] } },
    }),
    HealthPrometheusModule.forRoot(),
    HealthDashboardModule.forRoot(),
    DatabaseModule,
    ...(process.env['REDIS_URL'] ? [CacheModule] : []),
    ...(process.env['RABBITMQ_URL'] ? [EventsModule] : []),
    OrdersModule,
    ProcessHealthModule,
  ],
})
export class OrdersServiceModule {}
