import type { HealthStore } from 'nest-vitals/stores/memory';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startFaultProxy } from '../../support/servers/fault-proxy.js';
import { isConnected, phasesOn, startInstance } from './fleet-application.js';
import type { FleetOnServer } from './fleet-server.js';

const PATIENCE = 180_000;
const SOON = { timeout: 60_000, interval: 100 };
/** Milliseconds. Longer than the test. */
const VERY_SLOW = 600_000;

/** A store behind a network with a long delay and a low bandwidth. */
export function testSlowStore({ server, connect }: FleetOnServer): void {
  it(
    'waits for a slow store neither at the start, nor in a probe, nor at the shutdown',
    { timeout: PATIENCE },
    async () => {
      const proxy = await startFaultProxy(server().port);
      onTestFinished(() => proxy.close());
      const { store } = await connect({ port: proxy.port, timeout: VERY_SLOW });
      await vi.waitFor(() => store.put('test/connected', ''), SOON);
      proxy.delay = VERY_SLOW;
      let settled = 0;
      const late: HealthStore['put'] = async (...entry) => {
        await store.put(...entry).finally(() => (settled += 1));
      };
      const one = await startInstance({ ...store, put: late }, 'one');
      expect((await one.get('/health/ready')).status).toBe(200);
      expect((await one.get('/health/fleet')).body).toMatchObject({ store: { connected: false } });
      await one.app.close();
      // No write has ended, so no step has waited for a write.
      expect(settled).toBe(0);
    },
  );

  it('works with a store whose responses take long and arrive in chunks', { timeout: PATIENCE }, async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const near = await startInstance((await connect()).store, 'near');
    const far = await startInstance((await connect({ port: proxy.port })).store, 'far');
    const bothAccept = { near: 'accepting', far: 'accepting' };
    await vi.waitFor(() => expect(phasesOn(far)).toMatchObject(bothAccept), SOON);
    proxy.delay = 300;
    proxy.bandwidth = 8000;
    far.health.refuseTraffic('maintenance');
    await vi.waitFor(() => expect(phasesOn(near)).toMatchObject({ near: 'accepting', far: 'refusing' }), SOON);
    near.health.refuseTraffic('maintenance');
    await vi.waitFor(() => expect(phasesOn(far)).toMatchObject({ near: 'refusing', far: 'refusing' }), SOON);
    expect([isConnected(near), isConnected(far)]).toStrictEqual([true, true]);
    await far.app.close();
    await vi.waitFor(() => expect(phasesOn(near)).toMatchObject({ near: 'refusing', far: 'left' }), SOON);
  });
}
