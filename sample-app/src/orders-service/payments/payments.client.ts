import { Injectable } from '@nestjs/common';
import { Configuration } from '../configuration.js';

/** Milliseconds that a payment may take. */
const TIMEOUT = 5000;

/** The HTTP client of the payments service. */
@Injectable()
export class PaymentsClient {
  constructor(private readonly configuration: Configuration) {}

  /** Charges an order. A second call for the same order charges nothing. */
  async charge(orderId: string, amountCents: number): Promise<void> {
    const response = await fetch(`${this.configuration.paymentsUrl}/payments/${orderId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ amountCents }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`payments responded with ${response.status}`);
  }
}
