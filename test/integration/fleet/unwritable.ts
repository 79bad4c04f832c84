import type { HealthStore } from 'nest-vitals/stores/memory';
import { expect, it, vi } from 'vitest';
import type { PrivateServer } from '../../support/servers/private-server.js';
import type { TestApplication } from '../../support/start-application.js';
import { phasesOn, startInstance } from './fleet-application.js';

const PATIENCE = 180_000;
/** A store may need several attempts and timeouts until it is connected again. */
const SOON = { timeout: 40_000, interval: 100 };

/** The test waits for several heartbeats, so their interval is as short as possible. */
const start = (store: HealthStore, instance: string): Promise<TestApplication> =>
  startInstance(store, instance, undefined, { heartbeat: 500 });

export interface UnwritableStore {
  /** The reason why the server refuses writes, for the title of the test. */
  readonly fault: string;
  /** The end of the line in the log, and of the sentence on the page. */
  readonly remedy: string;
  readonly server: () => PrivateServer;
  readonly open: (server: PrivateServer) => Promise<HealthStore>;
  /** Whether the store is unavailable for a moment before it refuses writes. */
  readonly isUnavailableBefore?: boolean;
  /** Makes the server refuse writes. Returns the function that makes it accept them again. */
  readonly refuseWrites: (server: PrivateServer) => Promise<() => Promise<unknown>>;
}

/** A fleet whose store can be read but not written. */
export function testUnwritable({
  fault,
  remedy,
  server,
  open,
  refuseWrites,
  isUnavailableBefore = false,
}: UnwritableStore): void {
  it(
    `works, logs once why it is not announced, and is announced again, when the server ${fault}`,
    { timeout: PATIENCE },
    async () => {
      const store = await open(server());
      let puts = 0;
      const counting: HealthStore = { ...store, put: (...entry) => ((puts += 1), store.put(...entry)) };
      const one = await start(counting, 'one');
      const two = await start(await open(server()), 'two');
      const bothAccept = { one: 'accepting', two: 'accepting' };
      await vi.waitFor(() => expect(phasesOn(one)).toStrictEqual(bothAccept), SOON);

      const acceptWrites = await refuseWrites(server());
      // Nest has one logger for all applications of a process: the one of the last application.
      const applications = [one, two];
      const lines = (): string[] => applications.flatMap(({ log }) => log.health());
      const warnings = (): string[] => lines().filter((text) => text.includes('put("fleet.test/orders/one")'));
      await vi.waitUntil(
        () => warnings().length > 0 && (!isUnavailableBefore || warnings().at(-1)?.includes(remedy)),
        SOON,
      );
      const putsBefore = puts;
      const before = warnings();
      const line = before.at(-1);
      expect(before.length).toBeLessThanOrEqual(isUnavailableBefore ? 2 : 1);
      expect(line).toMatch(
        /^Cannot announce this instance to the fleet: \w+: put\("fleet\.test\/orders\/one"\) failed: /,
      );
      expect(line).toContain(remedy);
      expect((await one.get('/health/ready')).status).toBe(200);
      // After a restart of the server, a write can be refused before the watch continues.
      await vi.waitFor(
        async () =>
          expect((await one.get('/health/fleet')).body).toMatchObject({
            store: { connected: true, write_error: expect.stringContaining(remedy) as unknown },
          }),
        SOON,
      );
      expect((await one.get('/health/fleet?format=html')).text).toMatch(/This instance cannot write into \w+, so the/);

      // Neither a start nor a shutdown waits for a write.
      const three = await start(await open(server()), 'three');
      applications.push(three);
      expect((await three.get('/health/ready')).status).toBe(200);
      await three.app.close();
      await vi.waitUntil(() => puts > putsBefore + 3, SOON);
      expect(warnings()).toStrictEqual(before);

      await acceptWrites();
      await vi.waitUntil(() => lines().some((text) => text.includes('announced to the fleet again')), SOON);
      await vi.waitFor(() => expect(phasesOn(two)).toMatchObject(bothAccept), SOON);
      await vi.waitFor(
        async () => expect((await one.get('/health/fleet')).body.store).not.toHaveProperty('write_error'),
        SOON,
      );
    },
  );
}
