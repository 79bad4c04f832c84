import { ConflictException, Injectable } from '@nestjs/common';

export interface Payment {
  readonly orderId: string;
  readonly amountCents: number;
}

/** Keeps its payments in memory: the other end of the line in a sample. */
@Injectable()
export class PaymentsService {
  readonly #payments = new Map<string, Payment>();

  get count(): number {
    return this.#payments.size;
  }

  /** Charges an order once, however often it is asked to. */
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
