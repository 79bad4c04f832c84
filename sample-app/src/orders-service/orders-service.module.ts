import { Module } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagementModule } from 'nest-vitals/management';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { port } from '../environment.js';
import { FleetModule } from '../fleet/fleet.module.js';
import { CacheModule } from './cache/cache.module.js';
import { ConfigurationModule } from './configuration.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DynamicOptionsModule } from './dynamic-options/dynamic-options.module.js';
import { EventsModule } from './events/events.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { ProcessHealthModule } from './process/process-health.module.js';

/** The orders service. Each module provides its own indicators; HealthModule finds them. */
@Module({
  imports: [
    ConfigurationModule,
    HealthModule.forRoot({
      service: { name: 'orders', version: process.env['SERVICE_VERSION'] || '1.4.2' },
      groups: { billing: { tags: ['billing'] } },
    }),
    HealthManagementModule.forRoot({
      port: port('MANAGEMENT_PORT', 9090),
      host: process.env['LISTEN_HOST'] || '127.0.0.1',
      // The tests of the modules open no further port.
      enabled: process.env['NODE_ENV'] !== 'test',
    }),
    HealthPrometheusModule.forRoot(),
    HealthDashboardModule.forRoot(),
    FleetModule,
    DatabaseModule,
    ...(process.env['ETCD_URL'] ? [DynamicOptionsModule] : []),
    ...(process.env['REDIS_URL'] ? [CacheModule] : []),
    ...(process.env['RABBITMQ_URL'] ? [EventsModule] : []),
    OrdersModule,
    ProcessHealthModule,
  ],
})
export class OrdersServiceModule {}
