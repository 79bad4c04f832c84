import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OTHERS_FIRST } from '../../../src/fleet/fleet-unready-limit.js';
import { PLACE_LASTS, PLACE_SETTLES } from '../../../src/fleet/unready-places.js';
import { MemoryBackend } from '../../../src/stores/memory/memory-backend.js';
import { LoadedInstance, type LoadedOptions } from '../../support/loaded-instance.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

/** Milliseconds between two runs of the check. */
const STEP = 500;
/** Long enough for an attempt of each instance, and for the first runs after it. */
const SETTLED = 4 * OTHERS_FIRST;
const HOLD = 10_000;

class CountingBackend extends MemoryBackend {
  claims = 0;

  override claim(...claim: Parameters<MemoryBackend['claim']>): ReturnType<MemoryBackend['claim']> {
    this.claims += 1;
    return super.claim(...claim);
  }
}

class Fleet {
  readonly backend = new CountingBackend(2000);
  readonly instances: LoadedInstance[];

  constructor(count: number, maxUnready: number, options: Pick<LoadedOptions, 'writeTakes' | 'hold'> = {}) {
    this.instances = Array.from(
      { length: count },
      (_, index) => new LoadedInstance(this.backend, { index, maxUnready, ...options }),
    );
  }

  get out(): number {
    return this.instances.filter(({ isOut }) => isOut).length;
  }

  at(index: number): LoadedInstance {
    return this.instances[index % this.instances.length] as LoadedInstance;
  }

  overload(isOverloaded: boolean): void {
    for (const instance of this.instances) instance.isOverloaded = isOverloaded;
  }

  /** Lets the time pass. `visit` is called after each run of the checks. */
  async pass(milliseconds: number, visit: () => void = () => undefined): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += STEP) {
      for (const instance of this.instances) instance.run();
      visit();
      await advance(STEP);
    }
  }

  /** Lets the instances learn of each other, however late their entries are. */
  async meet(): Promise<this> {
    await advance(0);
    await this.pass(40_000);
    return this;
  }

  stop(): void {
    for (const instance of this.instances) instance.stop();
  }
}

describe('the places of unready instances', () => {
  it.each([0, 5000, 12_000])('are never exceeded when entries arrive %i ms late', async (delay) => {
    const fleet = await new Fleet(4, 1, { writeTakes: () => delay }).meet();
    fleet.overload(true);
    let most = 0;
    await fleet.pass(60_000, () => (most = Math.max(most, fleet.out)));
    expect(most).toBe(1);
    expect(fleet.out).toBe(1);
    fleet.stop();
  });

  it('are taken in the order of names, after the place has settled', async () => {
    const fleet = await new Fleet(5, 2).meet();
    fleet.overload(true);
    await fleet.pass(HOLD + PLACE_SETTLES);
    expect(fleet.out).toBe(0);
    expect(fleet.at(0).because).toContain('took its place among the unready instances');
    expect(fleet.at(4).because).toContain('other instances are overloaded and leave first');
    await fleet.pass(2 * STEP);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([true, true, false, false, false]);
    await fleet.pass(SETTLED);
    expect(fleet.at(4).because).toBe('stays in rotation: 2 of 5 instances are unready, the limit is 2');
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([true, true, false, false, false]);
    fleet.stop();
  });

  it('pass to another overloaded instance when their holder recovers, drains or is killed', async () => {
    const fleet = await new Fleet(4, 1).meet();
    fleet.overload(true);
    await fleet.pass(SETTLED);
    expect(fleet.at(0).isOut).toBe(true);
    fleet.at(0).isOverloaded = false;
    await fleet.pass(SETTLED);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([false, true, false, false]);
    fleet.at(1).stop();
    fleet.at(1).shown = 'UNKNOWN';
    // Until it is known that it is lost.
    await fleet.pass(SETTLED + 15_000);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([false, false, true, false]);
    fleet.at(2).kill();
    await fleet.pass(SETTLED + 15_000);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([false, false, false, true]);
    fleet.stop();
  });

  it('are lost with the connection to the store: the instance returns, and takes a place when the store is back', async () => {
    const fleet = await new Fleet(4, 1).meet();
    fleet.at(3).isOverloaded = true;
    await fleet.pass(SETTLED);
    expect(fleet.out).toBe(1);
    fleet.backend.simulate('unavailable');
    await fleet.pass(PLACE_LASTS + STEP);
    expect(fleet.out).toBe(0);
    expect(fleet.at(3).because).toContain('waits for a place');
    await fleet.pass(SETTLED);
    expect(fleet.at(3).because).toBe('stays in rotation: the state of the other instances is unknown');
    fleet.backend.simulate(undefined);
    await fleet.pass(SETTLED);
    expect(fleet.at(3).isOut).toBe(true);
    fleet.stop();
  });

  it('are not exceeded when the store loses all leases', async () => {
    const fleet = await new Fleet(4, 1).meet();
    fleet.overload(true);
    await fleet.pass(SETTLED);
    let most = 0;
    for (let losses = 0; losses < 5; losses += 1) {
      fleet.backend.loseData();
      await fleet.pass(SETTLED, () => (most = Math.max(most, fleet.out)));
    }
    expect(most).toBe(1);
    expect(fleet.out).toBe(1);
    fleet.stop();
  });

  it('are fewer while other instances are unready for another reason, and all are taken out by no overload', async () => {
    const fleet = await new Fleet(4, 3).meet();
    fleet.at(3).isBroken = true;
    await fleet.pass(SETTLED);
    fleet.overload(true);
    await fleet.pass(2 * SETTLED);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([true, true, false, true]);
    fleet.stop();
  });

  it('are given up when the service has fewer instances', async () => {
    const fleet = await new Fleet(4, 3).meet();
    fleet.overload(true);
    await fleet.pass(SETTLED);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([true, true, true, false]);
    fleet.at(3).kill();
    fleet.at(2).kill();
    await fleet.pass(SETTLED);
    expect(fleet.out).toBe(1);
    expect(fleet.at(1).because).toBe('stays in rotation: 1 of 2 instances are unready, the limit is 1');
    fleet.stop();
  });

  it('are given back only when the status is not DOWN any more, whatever the last run found', async () => {
    const fleet = await new Fleet(4, 1).meet();
    fleet.overload(true);
    await fleet.pass(SETTLED);
    fleet.at(0).isShownLonger = true;
    fleet.at(0).isOverloaded = false;
    await fleet.pass(SETTLED);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([true, false, false, false]);
    fleet.at(0).isShownLonger = false;
    await fleet.pass(SETTLED);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([false, true, false, false]);
    fleet.stop();
  });

  it('are given back when the indicator is disabled', async () => {
    const fleet = await new Fleet(4, 1).meet();
    fleet.overload(true);
    await fleet.pass(SETTLED);
    fleet.at(0).disable();
    await fleet.pass(SETTLED);
    expect(fleet.instances.map(({ isOut }) => isOut)).toStrictEqual([false, true, false, false]);
    fleet.stop();
  });

  it('cost one claim for each instance that leaves, and none for those that wait', async () => {
    const fleet = await new Fleet(40, 0.5).meet();
    fleet.overload(true);
    await fleet.pass(SETTLED);
    expect(fleet.out).toBe(20);
    expect(fleet.backend.claims).toBe(20);
    fleet.stop();
  });

  it('cost a limited number of claims although entries arrive late', async () => {
    const fleet = await new Fleet(40, 0.5, { writeTakes: () => 12_000, hold: 0 }).meet();
    fleet.overload(true);
    await fleet.pass(60_000);
    expect(fleet.out).toBe(20);
    // Three claims in two seconds at most, until the news arrive.
    expect(fleet.backend.claims).toBeLessThan(40 * 3 * 10);
    fleet.stop();
  });

  it('are never exceeded, with random delays, losses, cuts and ends of instances', async () => {
    const faults = fc.record({
      at: fc.integer({ min: 0, max: 90 }),
      instance: fc.nat(7),
      kind: fc.constantFrom('load', 'recover', 'sever', 'mend', 'kill', 'break', 'repair'),
    });
    const runs = fc.record({
      count: fc.integer({ min: 2, max: 7 }),
      limit: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(0.3, 0.5, 0.8)),
      writes: fc.array(fc.option(fc.integer({ min: 0, max: 14_000 }), { nil: undefined }), {
        minLength: 1,
        maxLength: 20,
      }),
      hold: fc.constantFrom(0, HOLD),
      claimTakes: fc.integer({ min: 0, max: 900 }),
      faults: fc.array(faults, { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(runs, async ({ count, limit, hold, writes, claimTakes, faults: all }) => {
        let write = 0;
        const fleet = await new Fleet(count, limit, {
          hold,
          writeTakes: () => writes[(write += 1) % writes.length],
        }).meet();
        const most = Math.min(limit < 1 ? Math.floor(limit * count) : limit, count - 1);
        for (const { connection } of fleet.instances) connection.delay = claimTakes;
        fleet.overload(true);
        let step = 0;
        await fleet.pass(90 * STEP, () => {
          for (const { kind, instance } of all.filter(({ at }) => at === step)) apply(fleet.at(instance), kind);
          step += 1;
          const left = fleet.instances.filter(({ shown }) => shown === 'DOWN').length;
          expect(left).toBeLessThanOrEqual(most);
        });
        fleet.stop();
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});

function apply(instance: LoadedInstance, kind: string): void {
  if (kind === 'load') instance.isOverloaded = true;
  else if (kind === 'recover') instance.isOverloaded = false;
  else if (kind === 'break') instance.isBroken = true;
  else if (kind === 'repair') instance.isBroken = false;
  else if (kind === 'sever') instance.connection.sever();
  else if (kind === 'kill') instance.kill();
  else if (instance.isAlive) instance.connection.mend();
}
