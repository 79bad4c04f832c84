import { HealthIndicator, degraded, up } from 'nest-vitals';
import { Database } from '../database/database.js';
import { Order } from './order.entity.js';

const LATE_SECONDS = 60;

/**
 * Is DEGRADED when an order stays unpaid for any reason. The query becomes slower with the number of orders, so it runs
 * in the background (`interval`) instead of at each probe.
 */
@HealthIndicator({ interval: 5000, critical: false, tags: ['billing'] })
export class UnpaidOrdersHealth implements HealthIndicator {
  constructor(private readonly database: Database) {}

  async check() {
    const [orders, unpaid] = await this.database.run((manager) =>
      manager.findAndCount(Order, { where: { status: 'placed' }, order: { createdAt: 'ASC' }, take: 1 }),
    );
    const oldest = orders[0] ? Math.max(0, Math.floor((Date.now() - orders[0].createdAt.getTime()) / 1000)) : 0;
    const facts = { unpaid, oldest_seconds: oldest };
    return oldest > LATE_SECONDS ? degraded(`an order has been unpaid for ${oldest} s`, facts) : up(facts);
  }
}
