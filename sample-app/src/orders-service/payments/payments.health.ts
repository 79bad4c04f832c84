import { type HealthCheckContext, HealthIndicator, down, up } from 'nest-vitals';
import { PaymentsClient } from './payments.client.js';

/**
 * Asks payments whether it is ready. It is not critical: the outbox keeps what cannot be charged now, so orders can be
 * taken without it, and to take every instance of this service out of rotation would turn its outage into ours.
 */
@HealthIndicator('payments', { timeout: 300, critical: false, tags: ['billing'] })
export class PaymentsHealth implements HealthIndicator {
  constructor(private readonly payments: PaymentsClient) {}

  async check({ signal }: HealthCheckContext) {
    const status = await this.payments.readiness(signal);
    return status === 200 ? up() : down(`payments answered ${status}`);
  }
}
