import { describe, expect, it } from 'vitest';
import { CLOCK_ONLY, OutcomeCache, type OutcomeCacheSettings } from '../../../src/fleet/outcome-cache.js';
import { type OutcomeEntry, writeOutcome } from '../../../src/fleet/outcome-entry.js';
import { type MemoryStore, memoryStore } from '../../../src/stores/memory/index.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

const SUBJECT = { service: 'orders', release: '1.0.0' };

/** The outcomes of the process `me`, which are not followed yet. */
const cacheOn = (store: MemoryStore, given: Partial<OutcomeCacheSettings> = {}): OutcomeCache =>
  new OutcomeCache({
    store,
    prefix: 'outcomes/orders/',
    ...SUBJECT,
    boot: 'me',
    secret: undefined,
    isStoreFailing: () => false,
    onRefused: (because) => expect.fail(because),
    onFailure: (message) => expect.fail(message),
    onTimed: () => undefined,
    onArrived: () => undefined,
    onSuspected: () => undefined,
    ...given,
  });

/** The outcomes of the process `me`. Its clock is at 0 when the test begins. */
async function openBook(): Promise<{
  readonly store: MemoryStore;
  readonly outcomes: OutcomeCache;
  readonly dated: boolean[];
  readonly write: (entry: Partial<OutcomeEntry>) => Promise<void>;
}> {
  const store = memoryStore();
  const dated: boolean[] = [];
  const outcomes = cacheOn(store, { onTimed: (isExact) => dated.push(isExact) });
  outcomes.follow();
  await advance(1);
  const write = async (entry: Partial<OutcomeEntry>): Promise<void> => {
    const whole: OutcomeEntry = {
      ...SUBJECT,
      indicator: 'rates',
      instance: 'pod-a',
      boot: 'a',
      clock: 0,
      age: 0,
      status: 'UP',
      message: undefined,
      error: undefined,
      code: undefined,
      isConfirmed: false,
      acknowledged: [],
      ...entry,
    };
    const key = `outcomes/orders/of-${whole.indicator}`;
    await store.put(key, writeOutcome(key, whole, undefined));
  };
  return { store, outcomes, dated, write };
}

describe('OutcomeCache', () => {
  it('has no outcome of a writer that has not received an entry of this process', async () => {
    const { outcomes, write, dated } = await openBook();
    await write({ clock: 500 });
    await write({ clock: 600, acknowledged: [['b', 100, 550]] });
    expect(outcomes.of('rates')).toBeUndefined();
    expect(dated).toStrictEqual([false, false]);
    outcomes.close();
  });

  it('dates an outcome from the time at which its writer received an entry of this process', async () => {
    const { outcomes, write, dated } = await openBook();
    await advance(5000);
    // The run ended 60 ms after the arrival of the entry that this process wrote at 4000.
    await write({ clock: 900, age: 40, acknowledged: [['me', 4000, 800]] });
    expect(outcomes.of('rates')?.ranAt).toBeCloseTo(4060, 0);
    expect(dated).toStrictEqual([false]);
    await advance(1000);
    await write({ clock: 2000, acknowledged: [['me', 5900, 1940]] });
    expect(outcomes.of('rates')?.ranAt).toBeCloseTo(5960, 0);
    expect(dated).toStrictEqual([false, true]);
    outcomes.close();
  });

  it('keeps the date of an outcome that arrives again in a snapshot, so that it counts once', async () => {
    const { store, outcomes, write, dated } = await openBook();
    await advance(5000);
    await write({ clock: 900, acknowledged: [['me', 4000, 800]] });
    const first = outcomes.of('rates');
    await write({ indicator: 'other', clock: 901, acknowledged: [['me', 4990, 900]] });
    store.simulate('unavailable');
    await advance(10);
    store.simulate(undefined);
    await advance(1000);
    expect(outcomes.isUnavailable).toBe(false);
    expect(outcomes.of('rates')).toBe(first);
    expect(dated).toStrictEqual([false, true]);
    outcomes.close();
  });

  it('mentions the entries of other processes once', async () => {
    const { outcomes, write } = await openBook();
    await write({ boot: 'b', indicator: CLOCK_ONLY, clock: 7.5 });
    await write({ boot: 'c', indicator: CLOCK_ONLY, clock: 8 });
    expect(outcomes.unacknowledged).toStrictEqual([
      ['b', 7, 1],
      ['c', 8, 1],
    ]);
    await write({ boot: 'a', clock: 50, acknowledged: [['b', 7, 40]] });
    expect(outcomes.unacknowledged).toStrictEqual([
      ['c', 8, 1],
      ['a', 50, 1],
    ]);
    await write({ boot: 'me', clock: 60, acknowledged: outcomes.unacknowledged });
    expect(outcomes.unacknowledged).toStrictEqual([]);
    outcomes.close();
  });

  it('keeps new outcomes beyond its limit, and those of indicators that still run', async () => {
    const { outcomes } = await openBook();
    const outcome = { status: 'UP', ranAt: 0 } as const;
    outcomes.record('kept', outcome, true);
    for (let number = 0; number < 25_000; number += 1) {
      outcomes.record(`tenant-${number}`, outcome, true);
      if (number % 5000 === 0) outcomes.record('kept', outcome, true);
    }
    expect(outcomes.of('tenant-24999')).toBe(outcome);
    expect(outcomes.of('kept')).toBe(outcome);
    expect(outcomes.of('tenant-0')).toBeUndefined();
    outcomes.close();
  });

  it('ends a wait for an outcome when the store becomes unavailable', async () => {
    const { store, outcomes } = await openBook();
    let hasEnded = false;
    void outcomes.wait('rates', 60_000, new AbortController().signal).then(() => {
      hasEnded = true;
    });
    await advance(1000);
    expect(hasEnded).toBe(false);
    store.simulate('unavailable');
    await advance(1);
    expect(hasEnded).toBe(true);
    outcomes.close();
  });

  it('is unavailable before the first connection if the last write of this instance has failed', async () => {
    const store = memoryStore();
    const working = cacheOn(store);
    working.follow();
    expect(working.isUnavailable).toBe(false);
    const failing = cacheOn(store, { isStoreFailing: () => true });
    failing.follow();
    expect(failing.isUnavailable).toBe(true);
    await advance(1);
    failing.follow();
    expect(failing.isUnavailable).toBe(false);
    for (const each of [working, failing]) each.close();
  });
});
