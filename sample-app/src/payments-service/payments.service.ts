import { ConflictException, Injectable } from '@nestjs/common';

export interface Payment {
  readonly orderId: string;
  readonly amountCents: number;
}

/** Stores payments in memory. */
@Injectable()
export class PaymentsService {
  readonly #payments = new Map<string, Payment>();

  get count(): number {
    return this.#payments.size;
  }

  /** Charges an order once. A repeated call returns the first payment. */
  charge(orderId: string, amountCents: number): Payment {
    const earlier = this.#payments.get(orderId);
    if (earlier && earlier.amountCents !== amountCents) {
      throw new ConflictException(`the order was charged with ${earlier.amountCents} cents`);
    }
    const payment = earlier ?? { orderId, amountCents };
    this.#payments.set(orderId, payment);
    return payment;
  }
}
