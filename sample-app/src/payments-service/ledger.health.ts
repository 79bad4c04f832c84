import { HealthIndicator, up } from 'nest-vitals';
import { PaymentsService } from './payments.service.js';

@HealthIndicator()
export class LedgerHealth implements HealthIndicator {
  constructor(private readonly payments: PaymentsService) {}

  check() {
    return up({ payments: this.payments.count });
  }
}
