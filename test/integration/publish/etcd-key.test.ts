import { Etcd3 } from 'etcd3';
import { HealthIndicator, HealthModule, type HealthResult, OnDrain, down, up } from 'nest-vitals';
import { type EtcdKeyOptions, HealthPublishModule, type PublishedHealth, etcdKey } from 'nest-vitals/publish';
import { expect, it, onTestFinished } from 'vitest';
import { FAILING_REPORT, PASSING_REPORT } from '../../support/health-report.js';
import { latch } from '../../support/latch.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { startApplication } from '../../support/start-application.js';

const SOON = { timeout: 20_000, interval: 20 };
const KEY = 'services/orders/1';
const { signal } = new AbortController();

function clientOf(server: PrivateServer): Etcd3 {
  const client = new Etcd3({ hosts: `127.0.0.1:${server.port}` });
  onTestFinished(() => {
    server.thaw();
    client.close();
  });
  return client;
}

interface StoredKey {
  readonly value: string;
  readonly lease: string;
}

describeWith(etcd, 'an etcdKey', (server) => {
  const setUp = (options: Partial<EtcdKeyOptions> = {}) => {
    const target = etcdKey({ client: clientOf(server()), key: KEY, instance: '1', ...options });
    const reader = clientOf(server());
    const stored = async (): Promise<StoredKey | undefined> => {
      const { kvs } = await reader.get(KEY).exec();
      return kvs[0] && { value: String(kvs[0].value), lease: kvs[0].lease };
    };
    const publish = async (report = PASSING_REPORT): Promise<unknown> => target.publish(report, signal);
    return { target, reader, stored, publish };
  };

  it('is written with its own lease, extended by each report, and removed by the final message', async () => {
    const { target, reader, stored, publish } = setUp({ ttl: '60s' });
    await publish();
    const first = await stored();
    expect(JSON.parse(first?.value ?? '')).toEqual({ instance: '1', ...PASSING_REPORT });
    const lease = { ID: first?.lease ?? '', keys: false };
    expect(await reader.leaseClient.leaseTimeToLive(lease)).toMatchObject({ grantedTTL: '60' });
    await publish(FAILING_REPORT);
    const second = await stored();
    expect((JSON.parse(second?.value ?? '') as PublishedHealth).status).toBe('DOWN');
    expect(second?.lease).toBe(first?.lease);
    await target.finish?.(PASSING_REPORT, signal);
    expect(await stored()).toBeUndefined();
    expect(await reader.leaseClient.leaseTimeToLive(lease)).toMatchObject({ TTL: '-1' });
  });

  it('is written again when its lease was lost, and when another tool has removed it', async () => {
    const { reader, stored, publish, target } = setUp({ value: '10.0.0.1:3000' });
    await publish();
    const first = await stored();
    expect(first?.value).toBe('10.0.0.1:3000');
    await reader.leaseClient.leaseRevoke({ ID: first?.lease ?? '' });
    expect(await stored()).toBeUndefined();
    await publish();
    const second = await stored();
    expect(second?.lease).not.toBe(first?.lease);
    await reader.delete().key(KEY);
    await publish();
    expect(await stored()).toEqual(second);
    await reader.leaseClient.leaseRevoke({ ID: second?.lease ?? '' });
    await target.finish?.(PASSING_REPORT, signal);
  });

  it('is removed while its value is undefined, and stays if another instance has written it', async () => {
    const value: EtcdKeyOptions['value'] = ({ status }) => (status === 'UP' ? 'a' : undefined);
    const { target, stored, publish } = setUp({ value });
    await publish();
    await publish(FAILING_REPORT);
    expect(await stored()).toBeUndefined();
    await publish();
    expect((await stored())?.value).toBe('a');
    const next = setUp({ value: 'b' });
    await next.publish();
    await target.finish?.(PASSING_REPORT, signal);
    expect((await stored())?.value).toBe('b');
    await next.target.finish?.(PASSING_REPORT, signal);
    expect(await stored()).toBeUndefined();
  });

  it('works again after a server that hangs or is killed, and is removed as soon as the drain begins', async () => {
    const { target, stored } = setUp();
    const runs = { count: 0 };
    @HealthIndicator('database')
    class Database implements HealthIndicator {
      check(): HealthResult {
        runs.count += 1;
        return runs.count % 2 === 0 ? up() : down(`run ${runs.count}`);
      }
    }
    const hook = { began: latch(), goOn: latch() };
    class Worker {
      @OnDrain()
      async finish(): Promise<void> {
        hook.began.open();
        await hook.goOn.promise;
      }
    }
    const publishers = [{ publisher: target, period: 100, timeout: 300, onChange: false }];
    const { app, log } = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ shutdown: { delay: 0 }, defaults: { ttl: 0 } }),
        HealthPublishModule.forRoot({ publishers }),
      ],
      providers: [Database, Worker],
    });
    await expect.poll(stored, SOON).toBeDefined();
    const lines = (): readonly string[] =>
      log.lines.map(({ text }) => text).filter((text) => / published to /.test(text));
    const failed = expect.stringContaining(`Health is not published to the key ${KEY} of etcd: `);
    const again = `Health is published to the key ${KEY} of etcd again`;
    server().freeze();
    await expect.poll(lines, SOON).toEqual([failed]);
    server().thaw();
    await expect.poll(lines, SOON).toEqual([failed, again]);
    await server().kill();
    await expect.poll(lines, SOON).toEqual([failed, again, failed]);
    await server().restart();
    await expect.poll(lines, SOON).toEqual([failed, again, failed, again]);
    expect(await stored()).toBeDefined();
    const closed = app.close();
    await hook.began.promise;
    await expect.poll(stored, SOON).toBeUndefined();
    hook.goOn.open();
    await closed;
    expect(lines()).toHaveLength(4);
  });
});
