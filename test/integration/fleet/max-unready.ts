import { HealthModule } from 'nest-vitals';
import { HealthFleet, HealthFleetModule } from 'nest-vitals/fleet';
import { expect, it, onTestFinished, vi } from 'vitest';
import { UnreadyPlaces } from '../../../src/fleet/unready-places.js';
import { overloadByRequests, rotationOf } from '../../support/overload.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';
import type { FleetOnServer } from './fleet-server.js';

const PATIENCE = 240_000;
/** Longer than a place settles, or lasts without the store, and a new connection takes on a busy machine. */
const SOON = { timeout: 60_000, interval: 100 };
const INSTANCES = ['pod-0', 'pod-1', 'pod-2', 'pod-3'];
/** Milliseconds between two probes of a balancer. */
const PROBED_EVERY = 200;
/** Milliseconds in which an instance that is permitted to leave has left. */
const LEAVING_TAKES = 10_000;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Four instances with `maxUnready: 1` and a balancer that probes them until the test ends. */
class Service {
  readonly inFlight = INSTANCES.map(() => 0);
  /** The largest number of instances that were out of rotation at one moment. */
  most = 0;
  #isStopped = false;
  readonly #instances: TestApplication[];

  private constructor(instances: TestApplication[]) {
    this.#instances = instances;
  }

  static async start({ connect }: FleetOnServer): Promise<Service> {
    const instances: TestApplication[] = [];
    const service = new Service(instances);
    for (const [index, instance] of INSTANCES.entries()) {
      const { store } = await connect();
      instances.push(
        await startApplication('express', {
          imports: [
            HealthModule.forRoot({ service: { name: 'orders', environment: 'limit' } }),
            HealthFleetModule.forRoot({ store, instance, heartbeat: 1000, maxUnready: 1 }),
          ],
          providers: [overloadByRequests(() => service.inFlight[index] ?? 0, 500)],
        }),
      );
    }
    onTestFinished(() => {
      service.#isStopped = true;
    });
    await vi.waitUntil(() => service.#knownReady().every((count) => count === INSTANCES.length), SOON);
    void service.#probe();
    return service;
  }

  /** Which instances a balancer uses: `++-+`. */
  rotation(): Promise<string> {
    return rotationOf(this.#instances);
  }

  /** Waits until so many instances are out of rotation. */
  async areOut(count: number): Promise<string> {
    let rotation = '';
    await vi.waitUntil(async () => {
      rotation = await this.rotation();
      return rotation.split('-').length === count + 1;
    }, SOON);
    return rotation;
  }

  #knownReady(): (number | undefined)[] {
    return this.#instances.map(({ app }) => app.get(HealthFleet).report().services[0]?.ready);
  }

  async #probe(): Promise<void> {
    while (!this.#isStopped) {
      const rotation = await this.rotation().catch(() => '');
      this.most = Math.max(this.most, rotation.split('-').length - 1);
      await sleep(PROBED_EVERY);
    }
  }
}

/** Four instances of a service are overloaded at one moment, and one of them may leave. */
export function testMaxUnready(subject: FleetOnServer): void {
  it(
    'takes out one of four overloaded instances, another one when it recovers, and none without the store',
    { timeout: PATIENCE },
    async () => {
      const service = await Service.start(subject);
      service.inFlight.fill(100);
      const first = await service.areOut(1);
      await sleep(LEAVING_TAKES);
      expect(await service.rotation()).toBe(first);

      service.inFlight[first.indexOf('-')] = 0;
      await vi.waitFor(async () => {
        const rotation = await service.rotation();
        expect(rotation).toMatch(/^\+*-\+*$/);
        expect(rotation).not.toBe(first);
      }, SOON);

      subject.server().freeze();
      try {
        await service.areOut(0);
      } finally {
        subject.server().thaw();
      }
      await service.areOut(1);
      expect(service.most).toBe(1);
    },
  );
}

/** The leases behind the limit. Without an application, so that nothing waits until a place has settled. */
export function testPlaces({ connect }: FleetOnServer): void {
  it('gives the only place to one of four instances that ask at one moment, and to another one after it is given back', async () => {
    const stores = await Promise.all(INSTANCES.map(() => connect()));
    const places = stores.map(
      ({ store }, index) =>
        new UnreadyPlaces({ store, collection: 'fleet-places.test', service: 'orders', instance: `pod-${index}` }),
    );
    onTestFinished(() => {
      for (const each of places) each.giveBack();
    });
    // The clients connect before, so that all of them ask at one moment.
    await vi.waitFor(() => Promise.all(stores.map(({ store }) => store.put('test/connected', ''))), SOON);
    const holders = (): UnreadyPlaces[] => places.filter(({ held }) => held !== undefined);
    let most = 0;
    /** All of these ask until one of them holds the place. */
    const holderOf = async (asking: readonly UnreadyPlaces[]): Promise<UnreadyPlaces | undefined> => {
      await vi.waitUntil(() => {
        for (const each of asking) each.seek(1, 0);
        most = Math.max(most, holders().length);
        return holders().length > 0;
      }, SOON);
      // A second answer of the store would arrive in this time.
      await sleep(200);
      most = Math.max(most, holders().length);
      return holders()[0];
    };
    const first = await holderOf(places);
    first?.giveBack();
    const second = await holderOf(places.filter((each) => each !== first));
    expect(second).not.toBe(first);
    expect(most).toBe(1);
  });
}
