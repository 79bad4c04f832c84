import { Injectable } from '@nestjs/common';
import { Configuration } from '../configuration.js';

/** Milliseconds that a payment may take. */
const PATIENCE = 5000;

/** Speaks with the payments service. */
@Injectable()
export class PaymentsClient {
  constructor(private readonly configuration: Configuration) {}

  /** Charges an order. To ask twice charges once. */
  async charge(orderId: string, amountCents: number): Promise<void> {
    const response = await fetch(`${this.configuration.paymentsUrl}/payments/${orderId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ amountCents }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`payments answered ${response.status}`);
  }
}
