import { Module } from '@nestjs/common';
import { PaymentsClient } from './payments.client.js';
import { PaymentsHealth } from './payments.health.js';

@Module({ providers: [PaymentsClient, PaymentsHealth], exports: [PaymentsClient] })
export class PaymentsModule {}
