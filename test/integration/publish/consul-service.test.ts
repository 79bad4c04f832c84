import { HealthModule, up } from 'nest-vitals';
import { HealthPublishModule, consulService } from 'nest-vitals/publish';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { FAILING_REPORT, PASSING_REPORT } from '../../support/health-report.js';
import { FakeConsul } from '../../support/servers/fake-consul.js';
import { startApplication } from '../../support/start-application.js';

const SOON = { timeout: 20_000, interval: 20 };
const NEVER = new AbortController().signal;

async function started(token?: string): Promise<FakeConsul> {
  const consul = new FakeConsul(token === undefined ? {} : { token });
  await consul.start();
  onTestFinished(() => consul.stop());
  return consul;
}

it('a consulService registers the instance, updates its check, and registers again when the agent has lost it', async () => {
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
        Status: 'passing',
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

it('a consulService is deregistered when the drain begins', async () => {
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

it('a consulService gets its final message accepted by an agent that has lost the registration', async () => {
  const consul = await started();
  const publisher = consulService({ url: consul.url, name: 'orders', id: 'orders-1' });
  await publisher.publish(PASSING_REPORT, NEVER);
  consul.services.clear();
  await publisher.finish?.(PASSING_REPORT, NEVER);
  expect(consul.requests.at(-1)).toBe('PUT /v1/agent/service/deregister/orders-1');
  consul.failure = 500;
  await expect(publisher.finish?.(PASSING_REPORT, NEVER)).rejects.toThrow('HTTP status 500');
});

it('a consulService registers again with an agent that hung, or was restarted without its data, and logs no secret', async () => {
  const token = 'secret-token';
  const consul = await started(token);
  const url = consul.url.replace('http://', 'http://user:secret-password@');
  const publisher = consulService({ url, token, name: 'orders', id: 'orders-1' });
  const { log } = await startApplication('express', {
    imports: [
      HealthModule.forRoot({ shutdown: { delay: 0 }, defaults: { ttl: 0 } }),
      HealthPublishModule.forRoot({ publishers: [publisher], period: 100, timeout: 300, onChange: false }),
    ],
    providers: [FakeIndicator('stock', () => up())],
  });
  const lines = (): readonly string[] =>
    log.lines.map(({ text }) => text).filter((text) => / published to /.test(text));
  const failed = expect.stringContaining(`Health is not published to Consul at ${consul.url}: `);
  const again = `Health is published to Consul at ${consul.url} again`;
  await vi.waitUntil(() => consul.services.get('orders-1')?.output === 'UP', SOON);
  consul.freeze();
  await expect.poll(lines, SOON).toEqual([failed]);
  consul.thaw();
  await expect.poll(lines, SOON).toEqual([failed, again]);
  await consul.stop();
  await expect.poll(lines, SOON).toEqual([failed, again, failed]);
  consul.services.clear();
  await consul.start();
  await expect.poll(lines, SOON).toEqual([failed, again, failed, again]);
  expect(consul.services.get('orders-1')).toMatchObject({ status: 'passing', output: 'UP' });
  expect(log.text).not.toContain('secret');
});

it('a consulService reports a refused token, and faulty options', async () => {
  const consul = await started('token-4711');
  const publisher = consulService({ url: consul.url, token: 'other', name: 'orders', id: 'orders-1' });
  await expect(publisher.publish(PASSING_REPORT, NEVER)).rejects.toThrow('HTTP status 403');
  expect(() => consulService({ url: 'consul', removeAfter: 1 } as never)).toThrow('4 faults');
});
