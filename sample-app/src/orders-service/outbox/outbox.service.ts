import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Order } from '../orders/order.entity.js';
import { OutboxMessage } from './outbox-message.entity.js';

/** The queue of payments to be made, the oldest first. */
@Injectable()
export class OutboxService {
  constructor(private readonly database: Database) {}

  length(): Promise<number> {
    return this.database.run((manager) => manager.count(OutboxMessage));
  }

  next(count: number): Promise<OutboxMessage[]> {
    return this.database.run((manager) => manager.find(OutboxMessage, { order: { id: 'ASC' }, take: count }));
  }

  /** Marks the order as paid and deletes the message. */
  settle({ id, orderId }: OutboxMessage): Promise<void> {
    return this.database.transaction(async (manager) => {
      await manager.update(Order, { id: orderId }, { status: 'paid' });
      await manager.delete(OutboxMessage, { id });
    });
  }
}
