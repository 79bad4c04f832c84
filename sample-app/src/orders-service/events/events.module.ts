import { Global, Module } from '@nestjs/common';
import { AmqplibIndicator } from 'nest-vitals/amqplib';
import { OrderEvents } from './order-events.js';

/** Imported only if `RABBITMQ_URL` is set. */
@Global()
@Module({
  // Not critical: orders are stored without the events.
  providers: [OrderEvents, AmqplibIndicator('order_events', { client: OrderEvents, critical: false })],
  exports: [OrderEvents],
})
export class EventsModule {}
