import { Module } from '@nestjs/common';
import { HttpIndicator } from 'nest-vitals';
import { Configuration } from '../configuration.js';
import { PaymentsClient } from './payments.client.js';

@Module({
  providers: [
    PaymentsClient,
    // Not critical: the outbox keeps what cannot be charged now, so orders can be taken without payments, and to take
    // every instance of this service out of rotation would turn its outage into ours.
    HttpIndicator('payments', {
      inject: [Configuration],
      url: ({ paymentsUrl }) => `${paymentsUrl}/health/ready`,
      timeout: 300,
      critical: false,
      tags: ['billing'],
    }),
  ],
  exports: [PaymentsClient],
})
export class PaymentsModule {}
