import CircuitBreaker from 'opossum';
import { HealthModule, down, up } from 'nest-vitals';
import { OpossumIndicator } from 'nest-vitals/opossum';
import { describe, expect, it, onTestFinished } from 'vitest';
import { statusesIn } from '../support/responses.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, startApplication } from '../support/start-application.js';
import { switchedIndicator } from '../support/switched-indicator.js';

describe.each(ADAPTERS)('an indicator that follows another one, on %s', (adapter) => {
  it('receives the results of that indicator, from any module', async () => {
    const breaker = new CircuitBreaker(() => Promise.resolve(), { resetTimeout: 3_600_000 });
    onTestFinished(() => breaker.shutdown());
    const payments = switchedIndicator('payments');
    const orders = moduleNamed('OrdersModule', {
      providers: [OpossumIndicator('calls', { breaker, dependency: 'payments' })],
    });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ defaults: { ttl: 0 } }), orders],
      providers: [payments.provider],
    });
    payments.result = down('gone');
    breaker.open();
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ calls: 'DEGRADED', payments: 'DOWN' });
    payments.result = up();
    await application.get('/health/deep');
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ calls: 'UP', payments: 'UP' });
  });
});
