import { afterEach, describe, expect, it, vi } from 'vitest';
import { shutdownClock } from '../../../../src/core/shutdown-clock.js';
import { type BalancerWait, waitForBalancers } from '../../../../src/lifecycle/probers/balancer-wait.js';
import { probeRequest } from '../../../../src/lifecycle/probers/probe-request.js';
import { ProberWatch } from '../../../../src/lifecycle/probers/prober-watch.js';
import type { ShutdownSettings } from '../../../../src/options/health-settings.js';
import { advance, useFakeClock } from '../../../support/fake-clock.js';

useFakeClock();

const DEFAULTS: ShutdownSettings = {
  delay: 'auto',
  minDelay: 0,
  maxDelay: 15_000,
  timeout: 10_000,
  probers: undefined,
  isLeftToPrimary: false,
};
/** The wait checks every 50 ms, and gives the balancers 250 ms to act on the last refusal. */
const LOOK = 50;
const TIME_TO_ACT = 250;

/** A wait that the test can observe while it lasts. */
class ObservedWait {
  result: BalancerWait | undefined;

  constructor(watch: ProberWatch, settings: Partial<ShutdownSettings> = {}) {
    void waitForBalancers({ ...DEFAULTS, ...settings }, watch).then((result) => {
      this.result = result;
    });
  }
}

/** Probes at this interval, and is refused. */
async function refuse(watch: ProberWatch, agent: string, times: number, interval: number): Promise<void> {
  for (let asked = 0; asked < times; asked += 1) {
    await advance(interval);
    ask(watch, agent, true);
  }
}

/** Probes and is accepted often enough that the rhythm is certain. */
async function introduce(watch: ProberWatch, agent: string, interval: number): Promise<void> {
  for (let asked = 0; asked < 24; asked += 1) {
    await advance(interval);
    ask(watch, agent, false);
  }
}

function ask(watch: ProberWatch, agent: string, wasRefused: boolean): void {
  watch.recordProbe(probeRequest('10.0.0.1', agent, ''), wasRefused);
}

describe('a fixed delay', () => {
  it('lasts exactly that long, also with probers', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch, { delay: 3000 });

    await refuse(watch, 'HAProxy', 14, 200);
    await advance(199);
    expect(wait.result).toBeUndefined();

    await advance(1);
    expect(wait.result).toMatchObject({ waited: 3000, ended: 'fixed', probers: [{ agent: 'HAProxy' }] });
  });

  it('ignores maximum and minimum', async () => {
    const longer = new ObservedWait(new ProberWatch(), { delay: 2000, maxDelay: 100 });
    const shorter = new ObservedWait(new ProberWatch(), { delay: 500, minDelay: 1000 });

    await advance(500);
    expect(shorter.result).toMatchObject({ waited: 500 });
    expect(longer.result).toBeUndefined();
    await advance(1500);
    expect(longer.result).toMatchObject({ waited: 2000 });
  });

  it('of 0 needs no timer', async () => {
    const wait = new ObservedWait(new ProberWatch(), { delay: 0 });
    expect(vi.getTimerCount()).toBe(0);
    await advance(0);

    expect(wait.result).toMatchObject({ waited: 0, ended: 'fixed' });
  });

  it('of 0 counts as no wait on a busy machine', async () => {
    let now = 0;
    vi.spyOn(shutdownClock, 'now').mockImplementation(() => (now += 5));
    expect(await waitForBalancers({ ...DEFAULTS, delay: 0 }, new ProberWatch())).toMatchObject({ waited: 0 });
    vi.restoreAllMocks();
  });
});

let blocked: number | undefined;

/** Time passes, but no timer fires. */
function block(milliseconds: number): void {
  const isFirst = blocked === undefined;
  blocked = (blocked ?? 0) + milliseconds;
  if (!isFirst) return;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + (blocked ?? 0));
}

describe('a blocked event loop during the wait', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    blocked = undefined;
  });

  it('does not count as silence of the prober', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);
    await refuse(watch, 'HAProxy', 1, 200);

    block(5000);
    await advance(2 * LOOK + TIME_TO_ACT);
    expect(wait.result).toBeUndefined();

    await refuse(watch, 'HAProxy', 2, 200);
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ ended: 'all-refused' });
    expect(wait.result?.probers[0]?.refusals).toBe(3);
  });

  it('is the sum of short stalls, as on an overloaded machine', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);

    for (let look = 0; look < 12; look += 1) {
      block(200);
      await advance(LOOK);
    }
    await advance(TIME_TO_ACT);
    expect(wait.result).toBeUndefined();
  });

  it('does not extend the wait beyond its limit', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch, { maxDelay: 3000 });

    block(3000);
    await advance(LOOK);
    expect(wait.result).toMatchObject({ ended: 'limit' });
  });
});

describe('an observed delay', () => {
  it('is 0 and needs no timer without a prober', async () => {
    const wait = new ObservedWait(new ProberWatch());
    expect(vi.getTimerCount()).toBe(0);
    await advance(0);

    expect(wait.result).toEqual({ waited: 0, ended: 'no-probers', probers: [], tooSlow: [] });
  });

  it('ends when a prober has received three refusals and had time to act, and not earlier', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 1000);
    const wait = new ObservedWait(watch);

    await refuse(watch, 'HAProxy', 3, 1000);
    expect(wait.result).toBeUndefined();

    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ ended: 'all-refused', probers: [{ agent: 'HAProxy' }] });
    expect(wait.result?.waited).toBeGreaterThanOrEqual(3000 + TIME_TO_ACT);
    expect(wait.result?.waited).toBeLessThanOrEqual(3000 + LOOK + TIME_TO_ACT);
  });

  it('is not shortened by three quick refusals, which other callers may have received', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 1000);
    const wait = new ObservedWait(watch);

    await refuse(watch, 'HAProxy', 20, 10);
    await advance(2700);
    expect(wait.result).toBeUndefined();
    await advance(150 + LOOK + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ ended: 'all-refused' });
  });

  it.each([
    ['evenly', [500, 500]],
    ['shortly after one another', [200, 800]],
  ])('lasts until each of two similar probers that probe %s has received three refusals', async (_, gaps) => {
    const watch = new ProberWatch();
    for (let round = 0; round < 20; round += 1) {
      for (const gap of gaps) {
        await advance(gap + ((round * 7) % 11));
        ask(watch, '', false);
      }
    }
    const wait = new ObservedWait(watch);
    for (let round = 0; round < 3; round += 1) {
      expect(wait.result).toBeUndefined();
      await refuse(watch, '', 1, gaps[0] ?? 0);
      expect(wait.result).toBeUndefined();
      await refuse(watch, '', 1, gaps[1] ?? 0);
    }
    await advance(5000);
    expect(wait.result).toMatchObject({ ended: 'all-refused' });
  });

  it('is only the time to act when all probers have noticed before the wait begins', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    await refuse(watch, 'HAProxy', 4, 200);
    const wait = new ObservedWait(watch);

    await advance(TIME_TO_ACT - 1);
    expect(wait.result).toBeUndefined();
    await advance(1);
    expect(wait.result).toMatchObject({ waited: TIME_TO_ACT, ended: 'all-refused' });
  });

  it('waits for the slowest prober', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'slow', 2000);
    await introduce(watch, 'quick', 100);
    const wait = new ObservedWait(watch);

    await refuse(watch, 'quick', 20, 100);
    expect(wait.result).toBeUndefined();
    await refuse(watch, 'slow', 3, 1400);
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result?.ended).toBe('all-refused');
    expect(wait.result?.probers.map(({ agent }) => agent)).toEqual(['slow', 'quick']);
  });

  it('restarts for a prober that receives a 200 in between', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    await refuse(watch, 'HAProxy', 2, 200);
    ask(watch, 'HAProxy', false);
    const wait = new ObservedWait(watch);

    await refuse(watch, 'HAProxy', 2, 200);
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toBeUndefined();
  });

  it('does not wait for callers whose first request arrives during the drain', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);
    for (let round = 0; round < 4; round += 1) {
      await refuse(watch, 'HAProxy', 1, 200);
      ask(watch, 'stranger', true);
    }
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result?.probers.map(({ agent }) => agent)).toEqual(['HAProxy']);
  });

  it('does not wait for a prober that has stopped, and still names it', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);

    await advance(2000);
    expect(wait.result).toBeUndefined();
    await advance(LOOK + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ ended: 'all-refused', probers: [{ agent: 'HAProxy' }] });
  });

  it('lasts at least the minimum, without a prober', async () => {
    const wait = new ObservedWait(new ProberWatch(), { minDelay: 5000 });

    await advance(4999);
    expect(wait.result).toBeUndefined();
    await advance(1);
    expect(wait.result).toMatchObject({ waited: 5000, ended: 'no-probers', probers: [] });
  });

  it('lasts at least the minimum, even when all probers have noticed', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch, { minDelay: 2000 });

    await refuse(watch, 'HAProxy', 9, 200);
    await advance(199);
    expect(wait.result).toBeUndefined();
    await advance(1 + TIME_TO_ACT);
    expect(wait.result).toMatchObject({ waited: 2000 + TIME_TO_ACT, ended: 'all-refused' });
  });

  it('ends at the maximum', async () => {
    const watch = new ProberWatch(4000);
    await introduce(watch, 'HAProxy', 1300);
    const wait = new ObservedWait(watch, { maxDelay: 4000 });

    await refuse(watch, 'HAProxy', 2, 1300);
    await advance(1399);
    expect(wait.result).toBeUndefined();
    await advance(1);
    expect(wait.result).toMatchObject({ waited: 4000, ended: 'limit', probers: [{ agent: 'HAProxy' }] });
  });

  it('never lasts longer than the maximum, not even for the time to act', async () => {
    const watch = new ProberWatch(3100);
    await introduce(watch, 'HAProxy', 1000);
    const wait = new ObservedWait(watch, { maxDelay: 3100 });

    await refuse(watch, 'HAProxy', 3, 1000);
    await advance(100);
    expect(wait.result).toMatchObject({ waited: 3100, ended: 'all-refused' });
  });

  it('leaves no timer', async () => {
    const watch = new ProberWatch();
    await introduce(watch, 'HAProxy', 200);
    const wait = new ObservedWait(watch);
    await advance(4000);

    expect(wait.result).toBeDefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});
