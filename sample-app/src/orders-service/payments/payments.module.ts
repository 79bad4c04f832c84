import { Module } from '@nestjs/common';
import { HttpIndicator } from 'nest-vitals/indicators';
import { Configuration } from '../configuration.js';
import { PaymentsClient } from './payments.client.js';

@Module({
  providers: [
    PaymentsClient,
    // Not critical: the outbox keeps payments that cannot be made now, so the service still accepts orders. A critical
    // check would take every instance of this service out of rotation.
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
