import { HealthService } from 'nest-vitals';
import { expect, it, vi } from 'vitest';
import type { TestApplication } from '../../support/start-application.js';
import { connectionOf, isConnected, phasesOn, startInstance } from './fleet-application.js';
import type { FleetOnServer } from './fleet-server.js';

const PATIENCE = 120_000;
/** A store may need several attempts and timeouts until it is connected again. */
const SOON = { timeout: 60_000, interval: 100 };

/** The behaviour of a fleet whose store becomes unavailable and available again. */
export function testFleet({ server, connect }: FleetOnServer): void {
  const start = async (instance: string): Promise<TestApplication> => startInstance((await connect()).store, instance);
  const reconnected = { connected: true };
  const bothAccept = { one: 'accepting', two: 'accepting' };

  it(
    'lists all instances, works while the store is frozen or stopped, and finds all instances again',
    { timeout: PATIENCE },
    async () => {
      const one = await start('one');
      const two = await start('two');
      await vi.waitFor(() => expect(phasesOn(one)).toStrictEqual(bothAccept), SOON);
      await vi.waitFor(() => expect(phasesOn(two)).toStrictEqual(bothAccept), SOON);

      server().freeze();
      try {
        await vi.waitFor(() => expect(isConnected(one)).toBe(false), SOON);
        expect((await one.get('/health/ready')).status).toBe(200);
        expect((await one.get('/health/fleet')).body).toMatchObject({ store: { connected: false } });
        // No instance counts as lost because the store is silent.
        expect(phasesOn(one)).toStrictEqual(bothAccept);
      } finally {
        server().thaw();
      }
      // The whole state, so that a failure names the reason of the store.
      await vi.waitFor(() => expect([one, two].map(connectionOf)).toMatchObject([reconnected, reconnected]), SOON);
      await vi.waitFor(() => expect(phasesOn(two)).toStrictEqual(bothAccept), SOON);

      await server().kill();
      await vi.waitFor(() => expect(isConnected(two)).toBe(false), SOON);
      expect((await two.get('/health/ready')).status).toBe(200);
      two.app.get(HealthService).refuseTraffic('maintenance');
      await server().restart();
      await vi.waitFor(() => expect(phasesOn(one)).toStrictEqual({ one: 'accepting', two: 'refusing' }), SOON);

      await two.app.close();
      await vi.waitFor(() => expect(phasesOn(one)).toStrictEqual({ one: 'accepting', two: 'left' }), SOON);
    },
  );
}
