import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BalancerWait, waitForBalancers } from '../../../src/lifecycle/balancer-wait.js';
import { ProberWatch } from '../../../src/lifecycle/prober-watch.js';
import type { ShutdownSettings } from '../../../src/options/health-settings.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

const DEFAULTS: ShutdownSettings = { delay: 'auto', minDelay: 0, maxDelay: 15_000, timeout: 10_000 };
/** The wait looks every 50 ms, and leaves the balancers 250 ms to act on what they saw. */
const LOOK = 50;
const TIME_TO_ACT = 250;

/** A wait that the test can look at while it lasts. */
class ObservedWait {
  result: BalancerWait | undefined;

  constructor(watch: ProberWatch, settings: Partial<ShutdownSettings> = {}) {
    void waitForBalancers({ ...DEFAULTS, ...settings }, watch).then((result) => {
      this.result = result;
    });
  }
}

/** Asks every so often, and is refused. */
async function refuse(watch: ProberWatch, agent: string, times: number, interval: number): Promise<void> {
  for (let asked = 0; asked < times; asked += 1) {
    await advance(interval);
    watch.saw('10.0.0.1', agent, true);
  }
}

/** Makes someone known as a prober with this interval, who was never refused. */
async function introduce(watch: ProberWatch, agent: string, interval: number): Promise<void> {
  watch.saw('10.0.0.1', agent, false);
  await advance(interval);
  watch.saw('10.0.0.1', agent, false);
}

describe('a fixed delay', () => {
  it('lasts just that long, whoever asks', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch, { delay: 3000 });

    await refuse(watch, 'HAProxy', 14, 200);
    await advance(199);
    expect(wait.result).toBeUndefined();

    await advance(1);
    expect(wait.result).toMatchObject({ waited: 3000, ended: 'fixed', probers: [{ agent: 'HAProxy' }] });
  });

  it('knows no maximum, and no minimum', async () => {
    const longer = new ObservedWait(new ProberWatch(), { delay: 2000, maxDelay: 100 });
    const shorter = new ObservedWait(new ProberWatch(), { delay: 500, minDelay: 1000 });

    await advance(500);
    expect(shorter.result).toMatchObject({ waited: 500 });
    expect(longer.result).toBeUndefined();
    await advance(1500);
    expect(longer.result).toMatchObject({ waited: 2000 });
  });

  it('of nothing needs no timer', async () => {
    const wait = new ObservedWait(new ProberWatch(), { delay: 0 });
    expect(vi.getTimerCount()).toBe(0);
    await advance(0);

    expect(wait.result).toMatchObject({ waited: 0, ended: 'fixed' });
  });
});

let stoodStill: number | undefined;

/** Time goes by, and nothing happens: no timer fires, nobody is heard. */
function standStill(milliseconds: number): void {
  const isFirst = stoodStill === undefined;
  stoodStill = (stoodStill ?? 0) + milliseconds;
  if (!isFirst) return;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + (stoodStill ?? 0));
}

describe('a process that stands still', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    stoodStill = undefined;
  });

  it('does not take for silence that it could not hear', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);
    await refuse(watch, 'HAProxy', 1, 200);

    standStill(5000);
    await advance(2 * LOOK + TIME_TO_ACT);
    expect(wait.result).toBeUndefined();

    await refuse(watch, 'HAProxy', 2, 200);
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ ended: 'all-noticed', probers: [{ agent: 'HAProxy', refusalsSeen: 3 }] });
  });

  it('does not take for a pause of the prober that it could not hear', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);

    standStill(5000);
    await refuse(watch, 'HAProxy', 1, 200);
    expect(watch.current).toMatchObject([{ agent: 'HAProxy', interval: 200 }]);
    expect(wait.result).toBeUndefined();
  });

  it('adds up what it lost little by little, as on a machine that has too much to do', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);

    // Every look is 200 ms late: three seconds in which the process has looked twelve times, and not sixty.
    for (let look = 0; look < 12; look += 1) {
      standStill(200);
      await advance(LOOK);
    }
    await advance(TIME_TO_ACT);
    expect(wait.result).toBeUndefined();
  });

  it('still gives up who says nothing afterwards', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);

    standStill(5000);
    await advance(1000 + 2 * LOOK + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ ended: 'all-noticed' });
  });

  it('ends the wait at its limit even so', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch, { maxDelay: 3000 });

    standStill(3000);
    await advance(LOOK);
    expect(wait.result).toMatchObject({ ended: 'limit' });
  });
});

describe('an observed delay', () => {
  it('is none, and needs no timer, when nobody asks', async () => {
    const wait = new ObservedWait(new ProberWatch());
    expect(vi.getTimerCount()).toBe(0);
    await advance(0);

    expect(wait.result).toEqual({ waited: 0, ended: 'nobody-asks', probers: [] });
  });

  it('ends when a prober has seen three refusals and had time to act, and not earlier', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);

    await refuse(watch, 'HAProxy', 2, 200);
    await advance(199);
    expect(wait.result).toBeUndefined();

    await refuse(watch, 'HAProxy', 1, 1);
    await advance(TIME_TO_ACT - 1);
    expect(wait.result).toBeUndefined();

    await advance(LOOK + 1);
    expect(wait.result).toMatchObject({ ended: 'all-noticed', probers: [{ agent: 'HAProxy', refusalsSeen: 3 }] });
    expect(wait.result?.waited).toBeGreaterThanOrEqual(600 + TIME_TO_ACT);
    expect(wait.result?.waited).toBeLessThanOrEqual(600 + LOOK + TIME_TO_ACT);
  });

  it('leaves time to act, and no more, when all have noticed before it begins', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    await refuse(watch, 'HAProxy', 3, 200);
    const wait = new ObservedWait(watch);

    await advance(TIME_TO_ACT - 1);
    expect(wait.result).toBeUndefined();
    await advance(1);
    expect(wait.result).toMatchObject({ waited: TIME_TO_ACT, ended: 'all-noticed' });
  });

  it('waits for the slowest of all', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'slow', 1000);
    await introduce(watch, 'quick', 100);
    const wait = new ObservedWait(watch);

    await refuse(watch, 'quick', 5, 100);
    await refuse(watch, 'slow', 1, 500);
    await refuse(watch, 'slow', 1, 1000);
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toBeUndefined();

    await refuse(watch, 'slow', 1, 700);
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result?.ended).toBe('all-noticed');
    expect(wait.result?.probers.map(({ agent }) => agent)).toEqual(['slow', 'quick']);
  });

  it('begins anew for a prober that is told 200 in between', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    await refuse(watch, 'HAProxy', 2, 200);
    watch.saw('10.0.0.1', 'HAProxy', false);
    const wait = new ObservedWait(watch);

    await refuse(watch, 'HAProxy', 2, 200);
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toBeUndefined();
  });

  it('waits for a prober that turns up in the meantime', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);
    await refuse(watch, 'HAProxy', 2, 200);
    watch.saw('10.0.0.2', 'newcomer', true);
    await refuse(watch, 'HAProxy', 1, 60);
    watch.saw('10.0.0.2', 'newcomer', true);

    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toBeUndefined();

    watch.saw('10.0.0.2', 'newcomer', true);
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result?.probers.map(({ agent }) => agent)).toEqual(['HAProxy', 'newcomer']);
  });

  it('does not wait for a prober that has stopped asking, and still names it', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);

    await advance(1000);
    expect(wait.result).toBeUndefined();
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ ended: 'all-noticed', probers: [{ agent: 'HAProxy' }] });
  });

  it('lasts at least the minimum, when nobody asks', async () => {
    const wait = new ObservedWait(new ProberWatch(), { minDelay: 5000 });

    await advance(4999);
    expect(wait.result).toBeUndefined();
    await advance(1);
    expect(wait.result).toEqual({ waited: 5000, ended: 'nobody-asks', probers: [] });
  });

  it('lasts at least the minimum, when all have noticed', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch, { minDelay: 2000 });

    await refuse(watch, 'HAProxy', 9, 200);
    await advance(199);
    expect(wait.result).toBeUndefined();
    await advance(1 + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ waited: 2000 + TIME_TO_ACT, ended: 'all-noticed' });
  });

  it('gives up at the maximum, and names everybody it was for, also who left meanwhile', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'leaver', 200);
    await introduce(watch, 'HAProxy', 3000);
    watch.saw('10.0.0.1', 'leaver', false);
    const wait = new ObservedWait(watch, { maxDelay: 4000 });

    await refuse(watch, 'HAProxy', 1, 3000);
    await advance(999);
    expect(wait.result).toBeUndefined();
    await advance(1);
    expect(wait.result).toMatchObject({ waited: 4000, ended: 'limit' });
    expect(wait.result?.probers.map(({ agent }) => agent).toSorted()).toEqual(['HAProxy', 'leaver']);
  });

  it('leaves no timer behind', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);
    await advance(2000);

    expect(wait.result).toBeDefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});
