import { Injectable, Optional, UnprocessableEntityException } from '@nestjs/common';
import { OrderCache } from '../cache/order-cache.js';
import { CatalogueService } from '../catalogue/catalogue.service.js';
import { Database } from '../database/database.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { OrderEvents } from '../events/order-events.js';
import type { CreateOrder } from './create-order.dto.js';
import { Order } from './order.entity.js';

const PAGE = 50;

@Injectable()
export class OrdersService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    @Optional() private readonly cache?: OrderCache,
    @Optional() private readonly events?: OrderEvents,
  ) {}

  /**
   * Stores an order and its outbox message in one transaction. So no payment is lost while the payments service is down,
   * and no order is charged that was not stored.
   */
  async place({ sku, quantity }: CreateOrder): Promise<Order> {
    const product = this.catalogue.find(sku);
    if (!product) throw new UnprocessableEntityException(`sku: there is no product "${sku}"`);
    const totalCents = product.priceCents * quantity;
    const placed = await this.database.transaction(async (manager) => {
      const order = await manager.save(manager.create(Order, { sku, quantity, totalCents, status: 'placed' }));
      await manager.insert(OutboxMessage, { orderId: order.id, amountCents: totalCents });
      return order;
    });
    this.events?.placed(placed);
    return placed;
  }

  /** The latest orders, the newest first. */
  list(): Promise<Order[]> {
    return this.database.run((manager) => manager.find(Order, { order: { createdAt: 'DESC' }, take: PAGE }));
  }

  async find(id: string): Promise<Order | null> {
    const kept = await this.cache?.find(id);
    if (kept) return kept;
    const order = await this.database.run((manager) => manager.findOneBy(Order, { id }));
    // A paid order does not change.
    if (order?.status === 'paid') await this.cache?.keep(order);
    return order;
  }
}
