import { Module } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { ConfigurationModule } from './configuration.module.js';
import { DatabaseModule } from './database/database.module.js';
import { OrdersModule } from './orders/orders.module.js';

/** The orders service. Its indicators stand in the modules of what they look at, and need no list here. */
@Module({
  imports: [
    ConfigurationModule,
    HealthModule.forRoot({
      service: { name: 'orders', version: '1.4.2' },
      groups: { billing: { tags: ['billing'] } },
    }),
    DatabaseModule,
    OrdersModule,
  ],
})
export class OrdersServiceModule {}
