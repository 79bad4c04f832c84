import { HealthModule, up } from 'nest-vitals';
import { HealthPublishModule, consulService } from 'nest-vitals/publish';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { FAILING_REPORT, PASSING_REPORT } from '../../support/health-report.js';
import { ConsulStandIn } from '../../support/servers/consul-stand-in.js';
import { startApplication } from '../../support/start-application.js';

const SOON = { timeout: 20_000, interval: 20 };
const NEVER = new AbortController().signal;

async function started(token?: string): Promise<ConsulStandIn> {
  const consul = new ConsulStandIn(token === undefined ? {} : { token });
  await consul.start();
  onTestFinished(() => consul.stop());
  return consul;
}

it('registers the instance, updates its check, and registers again when the agent has lost it', async () => {
  const consul = await started('token-4711');
  const publisher = consulService({
    url: consul.url,
    token: 'token-4711',
    name: 'orders',
    id: 'orders-1',
    port: 3000,
    tags: ['eu'],
    ttl: '30s',
  });
  await publisher.publish(PASSING_REPORT, NEVER);
  const id = 'orders-1';
  expect(consul.services.get(id)).toEqual({
    registration: {
      ID: id,
      Name: 'orders',
      Tags: ['eu'],
      Port: 3000,
      Check: {
        CheckID: `nest-vitals:${id}`,
        Name: 'health of the application',
        TTL: '30000ms',
        DeregisterCriticalServiceAfter: '600000ms',
      },
    },
    status: 'passing',
    output: 'UP',
  });
  await publisher.publish({ ...PASSING_REPORT, status: 'DEGRADED' }, NEVER);
  expect(consul.services.get(id)).toMatchObject({ status: 'warning' });
  await publisher.publish(FAILING_REPORT, NEVER);
  expect(consul.services.get(id)).toMatchObject({
    status: 'critical',
    output: 'DOWN\npayments is DOWN: connection refused (ECONNREFUSED)',
  });
  expect(consul.requests.filter((request) => request.includes('/register'))).toHaveLength(1);
  // The agent has restarted without its data.
  consul.services.clear();
  await publisher.publish(PASSING_REPORT, NEVER);
  expect(consul.services.get(id)).toMatchObject({ status: 'passing' });
});

it('is deregistered when the drain begins', async () => {
  const consul = await started();
  const publisher = consulService({ url: consul.url, name: 'orders', id: 'orders-1' });
  const application = await startApplication('express', {
    imports: [HealthModule.forRoot(), HealthPublishModule.forRoot({ publishers: [publisher] })],
    providers: [FakeIndicator('stock', () => up())],
  });
  await vi.waitUntil(() => consul.services.get('orders-1')?.status === 'passing', SOON);
  await application.app.close();
  expect([...consul.services.keys()]).toEqual([]);
});

it('reports a refused token, and faulty options', async () => {
  const consul = await started('token-4711');
  const publisher = consulService({ url: consul.url, token: 'other', name: 'orders', id: 'orders-1' });
  await expect(publisher.publish(PASSING_REPORT, NEVER)).rejects.toThrow('HTTP status 403');
  expect(() => consulService({ url: 'consul', removeAfter: 1 } as never)).toThrow('4 faults');
});
