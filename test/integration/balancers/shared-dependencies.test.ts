import { beforeAll, describe, expect, it, vi } from 'vitest';
import { postgresqlFolder } from '../../../bench/shared-dependencies/postgresql.mjs';
import { NAMES, Service } from '../../../bench/shared-dependencies/service.mjs';
import { build } from '../../../sample-app/test/build.js';
import { isAvailable } from './is-available.js';

const LIMIT = 180_000;
/**
 * Milliseconds within which an order fails: the time limits of the pool and of a query, and the delay of a busy
 * machine.
 */
const MOST_FOR_ERROR = 15_000;

/** The program's name is in the folder of its version, which is not in the PATH. */
const isInstalled = isAvailable('haproxy') && isAvailable('initdb', () => postgresqlFolder() !== undefined);

/** The instances in the alerts so far. */
function alertingIn({ alerts }: Service): Set<string> {
  const down = alerts.messages.filter(({ status }) => status === 'DOWN');
  return new Set(down.flatMap(({ instances }) => instances.names));
}

describe.runIf(isInstalled)('three instances of the sample application whose database freezes', () => {
  beforeAll(build, LIMIT);

  it(
    'stay in rotation if the database is a shared indicator, and serve requests that need no database',
    async () => {
      // In the same outage, the third instance shows the behaviour without the option.
      const shared = { 'orders-1': true, 'orders-2': true, 'orders-3': false };
      await Service.run({ shared }, async (service) => {
        const began = performance.now();
        service.postgresql.freeze();
        await service.balancer.inRotation(['orders-1', 'orders-2']);
        const states = await Promise.all(NAMES.map((name) => service.ready(name)));
        // In this test each process is its own fleet, and a fleet collects the reports of its instances before it
        // sends.
        await vi.waitFor(() => expect(alertingIn(service)).toEqual(new Set(NAMES)), { timeout: 60_000, interval: 100 });
        service.postgresql.thaw();
        const ended = performance.now();
        await service.stopLoad();

        expect(states).toEqual([
          { code: 200, status: 'DEGRADED' },
          { code: 200, status: 'DEGRADED' },
          { code: 503, status: 'DOWN' },
        ]);
        const { '/products': products, '/orders': orders } = service.figures(began, ended);
        expect(products.requests).toBeGreaterThan(50);
        expect(products).toMatchObject({ served: products.requests, application: 0, balancer: 0, none: 0 });
        expect(orders.application).toBeGreaterThan(0);
        expect(orders).toMatchObject({ balancer: 0, none: 0 });
        expect(orders.slowest).toBeLessThan(MOST_FOR_ERROR);
      });
    },
    LIMIT,
  );
});
