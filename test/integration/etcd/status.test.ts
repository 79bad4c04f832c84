import { AlarmAction, AlarmType, Etcd3, type IOptions } from 'etcd3';
import { HealthModule } from 'nest-vitals';
import { EtcdIndicator, type EtcdIndicatorOptions } from 'nest-vitals/etcd';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import { freePort } from '../../support/servers/free-port.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { refusalOf, startApplication } from '../../support/start-application.js';

const SOON = { timeout: 20_000, interval: 50 };

function clientOf(hosts: string, options: Partial<IOptions> = {}): Etcd3 {
  const client = new Etcd3({ hosts, ...options });
  onTestFinished(() => client.close());
  return client;
}

const clientFor = (server: PrivateServer): Etcd3 => clientOf(`127.0.0.1:${server.port}`);

/** Starts an application with one indicator. Returns a function that requests its detail. */
async function look(options: EtcdIndicatorOptions) {
  const application = await startApplication('express', {
    imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
    providers: [EtcdIndicator('configuration', { timeout: 5000, ...options })],
  });
  return async () => reportIn(await application.get('/health/deep')).details['configuration'];
}

describeWith(etcd, 'an EtcdIndicator', (server) => {
  it('is DEGRADED, or DOWN with alarms: down, while the cluster has an alarm', async () => {
    const client = clientFor(server());
    const { header } = await client.maintenance.status();
    const alarm = { memberID: header.member_id, alarm: AlarmType.Nospace };
    onTestFinished(async () => {
      await client.maintenance.alarm({ action: AlarmAction.Deactivate, ...alarm });
    });
    const [lenient, strict] = [await look({ client }), await look({ client, alarms: 'down' })];
    await client.maintenance.alarm({ action: AlarmAction.Activate, ...alarm });
    expect(await lenient()).toMatchObject({
      status: 'DEGRADED',
      message: 'the cluster has an alarm: NOSPACE',
      data: { alarms: ['NOSPACE'], is_leader: true },
    });
    expect(await strict()).toMatchObject({ status: 'DOWN', error: 'the cluster has an alarm: NOSPACE' });
    await client.maintenance.alarm({ action: AlarmAction.Deactivate, ...alarm });
    const cleared = await lenient();
    expect(cleared).toMatchObject({ status: 'UP' });
    expect(cleared?.data).not.toHaveProperty('alarms');
  });

  it('writes nothing to etcd', async () => {
    const client = clientFor(server());
    const detail = await look({ client });
    const { raftIndex } = await client.maintenance.status();
    for (let checks = 0; checks < 10; checks += 1) expect(await detail()).toMatchObject({ status: 'UP' });
    expect((await client.maintenance.status()).raftIndex).toBe(raftIndex);
  });

  it('does not count a timeout in the circuit breaker of the client', async () => {
    const client = clientFor(server());
    const detail = await look({ client, timeout: 50 });
    expect(await client.get('key').string()).toBeNull();
    server().freeze();
    onTestFinished(() => server().thaw());
    await vi.waitFor(async () => expect(await detail()).toMatchObject({ code: 'ETIMEDOUT' }), SOON);
    for (let checks = 0; checks < 10; checks += 1) await detail();
    const response = client.get('key').string();
    server().thaw();
    expect(await response).toBeNull();
  });

  it('is DOWN when the client is closed', async () => {
    const client = new Etcd3({ hosts: `127.0.0.1:${server().port}` });
    const detail = await look({ client });
    client.close();
    expect(await detail()).toMatchObject({ status: 'DOWN', error: 'the client is closed' });
  });
});

describe('an EtcdIndicator of a host without a server', () => {
  it('is DOWN with the reason, and does not open the circuit breaker of the client', async () => {
    const client = clientOf(`127.0.0.1:${await freePort()}`);
    const detail = await look({ client });
    for (let checks = 0; checks < 5; checks += 1) {
      expect(await detail()).toMatchObject({ status: 'DOWN', error: 'connection refused', code: 'ECONNREFUSED' });
    }
  });

  it('is DOWN while calls of the application have opened the circuit breaker', async () => {
    const client = clientOf(`127.0.0.1:${await freePort()}`);
    const detail = await look({ client });
    await vi.waitFor(() => expect(client.get('key').string()).rejects.toThrow('Execution prevented'), SOON);
    expect(await detail()).toMatchObject({
      status: 'DOWN',
      error: 'the client pauses before its next attempt: its circuit breaker is open',
    });
  });
});

describeWith(etcd, 'an EtcdIndicator of a cluster without a majority', (server) => {
  it('is DOWN, because there is no leader', async () => {
    const client = clientFor(server());
    const detail = await look({ client });
    // A second member that never starts, so the first one has no majority any more.
    await client.cluster.memberAdd({ peerURLs: [`http://127.0.0.1:${server().port + 2}`] });
    await vi.waitFor(async () => {
      const found = await detail();
      expect(found).toMatchObject({ status: 'DOWN', error: 'the member has no leader' });
      expect(found?.data).not.toHaveProperty('is_leader');
    }, SOON);
  });
});

describe('an EtcdIndicator without a client', () => {
  it.each([
    ['none is named', {} as EtcdIndicatorOptions, ', client: it is missing'],
    ['none is provided', { client: 'ETCD' }, 'no module provides its client under the token "ETCD"'],
    ['it is something else', { client: new Map() as never }, 'its client is an object instead of an Etcd3 client'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [HealthModule.forRoot()],
      providers: [EtcdIndicator('configuration', options)],
    });
    expect(String(error)).toContain('EtcdIndicator("configuration")');
    expect(String(error)).toContain(problem);
  });
});
