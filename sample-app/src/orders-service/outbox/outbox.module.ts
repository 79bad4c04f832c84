import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PaymentsModule } from '../payments/payments.module.js';
import { OutboxMessage } from './outbox-message.entity.js';
import { OutboxHealth } from './outbox.health.js';
import { OutboxHeartbeat } from './outbox.heartbeat.js';
import { OutboxProcessor } from './outbox.processor.js';
import { OutboxService } from './outbox.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([OutboxMessage]), PaymentsModule],
  providers: [OutboxService, OutboxProcessor, OutboxHealth, OutboxHeartbeat],
  exports: [OutboxService, OutboxProcessor],
})
export class OutboxModule {}
