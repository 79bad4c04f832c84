import { HealthIndicator, down, up } from 'nest-vitals';
import { Configuration } from '../configuration.js';
import { OutboxService } from './outbox.service.js';

/**
 * A queue that only grows ends with orders that nobody can pay in time. Beyond the limit the service takes no more
 * until it has caught up.
 */
@HealthIndicator('outbox', { tags: ['billing'] })
export class OutboxHealth implements HealthIndicator {
  constructor(
    private readonly outbox: OutboxService,
    private readonly configuration: Configuration,
  ) {}

  async check() {
    const { outboxLimit: limit } = this.configuration;
    const waiting = await this.outbox.length();
    const facts = { waiting, limit };
    return waiting > limit ? down(`${waiting} messages wait, more than ${limit}`, facts) : up(facts);
  }
}
