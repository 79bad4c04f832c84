import { HealthIndicator, HealthModule, type HealthResult, down } from 'nest-vitals';
import { HealthPublishModule, type HealthPublisher, type PublishedHealth } from 'nest-vitals/publish';
import { describe, expect, it } from 'vitest';
import type { PrivateServer, ServerAddress } from '../../support/servers/private-server.js';
import { startApplication } from '../../support/start-application.js';

const SOON = { timeout: 20_000, interval: 10 };
const INSTANCE = 'orders-1';

/** The application's client, and a subscriber with its own client. */
export interface Channel {
  /** Creates the target with a new client, which is closed at the end of the test. */
  readonly open: (address: ServerAddress, instance: string) => Promise<HealthPublisher>;
  /** Subscribes, also again after a restart of the server. Resolves when the server has confirmed it. */
  readonly subscribe: (address: ServerAddress, onMessage: (message: string) => void) => Promise<void>;
  /** The name of the target in the log. */
  readonly name: string;
}

/** The behaviour of every target that publishes messages through a client of the application. */
export function testChannel(server: () => PrivateServer, { open, subscribe, name }: Channel): void {
  /** Each report has the number of its check run. */
  const begin = async () => {
    const address = server().address();
    const messages: PublishedHealth[] = [];
    await subscribe(address, (message) => messages.push(JSON.parse(message) as PublishedHealth));
    const publisher = await open(address, INSTANCE);
    const runs = { count: 0 };
    @HealthIndicator('database')
    class Database implements HealthIndicator {
      check(): HealthResult {
        runs.count += 1;
        return down(`run ${runs.count}`, { host: 'db.internal' });
      }
    }
    const { app, log } = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ shutdown: { delay: 0 }, defaults: { ttl: 0 } }),
        HealthPublishModule.forRoot({ publishers: [publisher], period: 100, timeout: 200, onChange: false }),
      ],
      providers: [Database],
    });
    const numbers = (): readonly number[] =>
      messages.flatMap(({ details }) => Number(details['database']?.error?.replace('run ', '')));
    return { app, log, messages, numbers, runs, address };
  };
  const notPublished = expect.stringContaining(`Health is not published to ${name}: `);
  const again = `Health is published to ${name} again`;

  describe('a published message', () => {
    it('is the report with the instance and without data, and the final message has the reason', async () => {
      const { app, messages, log } = await begin();
      await expect.poll(() => messages.length, SOON).toBeGreaterThan(1);
      await app.close();
      await expect.poll(() => messages.at(-1)?.reason, SOON).toContain('shutting down');
      expect(messages[0]).toMatchObject({
        instance: INSTANCE,
        status: 'DOWN',
        timestamp: expect.any(String),
        details: { database: { status: 'DOWN', error: 'run 1', critical: true } },
        service_info: { uptime_seconds: expect.any(Number) },
      });
      expect(messages[0]?.details['database']).not.toHaveProperty('data');
      expect(messages.filter(({ reason }) => reason !== undefined)).toHaveLength(1);
      expect(log.health('warn').filter((line) => line.startsWith('Health is'))).toEqual([]);
    });
  });

  it('a target whose server hangs sends only the latest reports when the server continues', async () => {
    const { log, numbers, runs, address } = await begin();
    await expect.poll(() => numbers().length, SOON).toBeGreaterThan(0);
    server().freeze();
    try {
      await expect.poll(() => log.health('warn'), SOON).toContainEqual(notPublished);
      const first = runs.count;
      await expect.poll(() => runs.count, SOON).toBeGreaterThan(first + 8);
      const last = runs.count;
      server().thaw();
      await expect.poll(() => log.health('log'), SOON).toContain(again);
      await expect.poll(() => numbers().at(-1), SOON).toBeGreaterThan(last);
      // One report that waited for the end of the previous call, and the latest report.
      expect(numbers().filter((number) => number > first && number <= last).length).toBeLessThanOrEqual(2);
      expect(numbers()).toEqual(numbers().toSorted((one, other) => one - other));
      expect(log.text).not.toContain(address.password);
    } finally {
      server().thaw();
    }
  });

  it('a target whose server was killed and restarted sends the newest reports', async () => {
    const { log, numbers, runs, address } = await begin();
    await expect.poll(() => numbers().length, SOON).toBeGreaterThan(0);
    await server().kill();
    await expect.poll(() => log.health('warn'), SOON).toContainEqual(notPublished);
    const first = runs.count;
    await expect.poll(() => runs.count, SOON).toBeGreaterThan(first + 5);
    await server().restart();
    const restarted = runs.count;
    await expect.poll(() => log.health('log'), SOON).toContain(again);
    await expect.poll(() => numbers().at(-1), SOON).toBeGreaterThan(restarted);
    expect(numbers().filter((number) => number > first && number <= restarted).length).toBeLessThanOrEqual(2);
    expect(log.text).not.toContain(address.password);
  });
}
