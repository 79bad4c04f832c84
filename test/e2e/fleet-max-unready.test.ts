import { HealthModule } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { type HealthStore, type MemoryStore, memoryStore } from 'nest-vitals/stores/memory';
import { expect, it } from 'vitest';
import { passTime, passTimeUntil, stopClock } from '../support/standing-clock.js';
import { overloadByRequests, rotationOf } from '../support/overload.js';
import { type TestApplication, startApplication } from '../support/start-application.js';

const COUNT = 4;
/** Milliseconds between two probes of a balancer. */
const INTERVAL = 1000;

/** A store in which each entry arrives late. Claims and watches respond at once. */
function withLateEntries(store: MemoryStore, delay: number): HealthStore {
  return {
    ...store,
    put: async (...entry) => {
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      await store.put(...entry);
    },
  };
}

/** Four instances with `maxUnready: 1`, whose work in flight the test sets. */
class Service {
  readonly store = memoryStore();
  readonly inFlight = Array.from({ length: COUNT }, () => 0);
  readonly instances: TestApplication[] = [];

  async start(delay: number): Promise<void> {
    for (let index = 0; index < COUNT; index += 1) {
      this.instances.push(
        await startApplication('express', {
          imports: [
            HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
            HealthFleetModule.forRoot({
              store: withLateEntries(this.store, delay),
              instance: `pod-${index}`,
              maxUnready: 1,
            }),
          ],
          providers: [overloadByRequests(() => this.inFlight[index] ?? 0, 1000)],
        }),
      );
    }
  }

  /** Which instances a balancer uses: `++-+`. */
  rotation(): Promise<string> {
    return rotationOf(this.instances);
  }

  /** Every rotation of so many milliseconds, and the last one. */
  async rotationsIn(milliseconds: number): Promise<{ readonly most: number; readonly last: string }> {
    let most = 0;
    let last = '';
    for (let passed = 0; passed < milliseconds; passed += INTERVAL) {
      last = await passTimeUntil(this.rotation());
      most = Math.max(most, last.split('-').length - 1);
      await passTime(INTERVAL);
    }
    return { most, last };
  }
}

it.each([0, 5000, 12_000])(
  'maxUnready: 1 takes out one of four overloaded instances when entries arrive %i ms late',
  async (delay) => {
    stopClock();
    const service = new Service();
    await passTimeUntil(service.start(delay));
    expect(await service.rotationsIn(3 * delay + 5000)).toStrictEqual({ most: 0, last: '++++' });

    service.inFlight.fill(100);
    const { most, last } = await service.rotationsIn(30_000);
    expect([most, last.split('-').length - 1]).toStrictEqual([1, 1]);

    // Another instance takes the place when its holder recovers.
    const first = last.indexOf('-');
    service.inFlight[first] = 0;
    const after = await service.rotationsIn(50_000);
    expect([after.most, after.last.split('-').length - 1]).toStrictEqual([1, 1]);
    expect(after.last[first]).toBe('+');

    // Without the store, no instance holds a place.
    service.store.simulate('unavailable');
    expect(await service.rotationsIn(20_000)).toStrictEqual({ most: 1, last: '++++' });
  },
  120_000,
);
