import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { FleetReport } from 'nest-vitals/fleet';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { PrivateServer, type ServerKind } from '../../support/servers/private-server.js';
import { redisSentinel } from '../../support/servers/redis-sentinel.js';
import { redis, redisWith } from '../../support/servers/redis.js';
import { BuiltCli } from './built-cli.js';
import { installed } from './installed.js';

const PATIENCE = 180_000;
const SOON = { timeout: 60_000, interval: 100 };

async function startServer(kind: ServerKind): Promise<PrivateServer> {
  const server = await PrivateServer.start(kind);
  onTestFinished(() => server.stop(), PATIENCE);
  return server;
}

describe.each(['ioredis', 'redis'])('nest-vitals fleet with %s and a sentinel', (name) => {
  describeWith(redis, 'the tool', (primary) => {
    it.each(['kill', 'freeze'] as const)(
      'follows the new primary after a %s of the old one',
      { timeout: PATIENCE },
      async (fault) => {
        await primary().restart();
        onTestFinished(() => primary().thaw());
        const { host, port, password } = primary().address();
        const replica = await startServer({
          ...redisWith(() => ['--replicaof', host, `${port}`, '--masterauth', password, '--requirepass', password]),
          ready: /Finished with success/,
        });
        const sentinel = await startServer(redisSentinel(primary().address(), 1000));
        const tool = new BuiltCli(
          ['fleet', '--redis', `redis://${host}:${sentinel.port}`, '--redis-sentinel', 'main', '--port', '0'],
          {
            ...installed(name),
            environment: { HEALTH_STORE_PASSWORD: password, HEALTH_SENTINEL_PASSWORD: sentinel.address().password },
          },
        );
        const url = await tool.url();
        const report = async (): Promise<FleetReport> => (await (await fetch(url)).json()) as FleetReport;
        await vi.waitFor(async () => expect((await report()).store.connected).toBe(true), SOON);
        await primary()[fault]();

        const writer = new Redis({ host, port: replica.port, password });
        onTestFinished(() => writer.disconnect());
        await vi.waitFor(async () => expect(await writer.role()).toContain('master'), SOON);
        // An entry that only the new primary has. It is malformed, so the report lists it.
        const entry = randomUUID();
        await writer.hset('{nest-vitals:fleet.production}:values', `orders/${entry}`, 'no entry');
        await writer.incr('{nest-vitals:fleet.production}:revision');
        await vi.waitFor(async () => {
          const { store, refused = [] } = await report();
          expect(store.connected).toBe(true);
          expect(refused.map(({ key }) => key)).toStrictEqual([`fleet.production/orders/${entry}`]);
        }, SOON);
        tool.kill('SIGTERM');
        expect(await tool.exit()).toBe(0);
      },
    );
  });
});
