import { HealthIndicator, down, up } from 'nest-vitals';
import { Configuration } from '../configuration.js';
import { OutboxService } from './outbox.service.js';

/**
 * Compares the length of the outbox with a limit. All instances share the table, so a long queue says nothing about one of
 * them: a critical check would take all instances out of rotation together.
 */
@HealthIndicator('outbox', { critical: false, tags: ['billing'] })
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
