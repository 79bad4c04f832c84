import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { Order } from './order.entity.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { UnpaidOrdersHealth } from './unpaid-orders.health.js';

@Module({
  imports: [TypeOrmModule.forFeature([Order]), CatalogueModule, OutboxModule],
  controllers: [OrdersController],
  providers: [OrdersService, UnpaidOrdersHealth],
})
export class OrdersModule {}
