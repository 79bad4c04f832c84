import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { down, up } from '../../../src/core/result.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { checkSettings } from '../../support/check-definition.js';
import { CHECK_TAKES } from '../../support/scoped-instance.js';
import { type Instance, ScopedFleet, TTL } from './scoped-fleet.js';

useFakeClock();

const PROBED_EVERY = 250;
/** Milliseconds from the arrival of a failure until it counts on every instance, whether or not a second instance runs. */
const CONFIRMED_WITHIN = checkSettings().timeout + 2000;

async function startFleet(count: number, ttl = TTL): Promise<ScopedFleet> {
  const fleet = new ScopedFleet(count, {}, ttl);
  await fleet.probe(3 * ttl);
  return fleet;
}

/** The instance that has run the check last, besides this one. */
function runnerBeside(fleet: ScopedFleet, faulty: Instance): Instance {
  return fleet.at(fleet.calls.findLast(({ by }) => by !== faulty.index)?.by ?? -1);
}

const others = (fleet: ScopedFleet, instance: Instance): Instance[] =>
  fleet.instances.filter((other) => other !== instance);

/** Until the runner calls the check again. */
async function nextCall(fleet: ScopedFleet): Promise<void> {
  const before = fleet.calls.length;
  while (fleet.calls.length === before) await fleet.probe(10, { every: 10 });
}

describe('a failure that only one instance finds', () => {
  it.each([
    [2, TTL],
    [5, 2000],
    [5, 10_000],
  ])('takes out only that one of %i instances, with a ttl of %i ms', async (count, ttl) => {
    const fleet = await startFleet(count, ttl);
    const faulty = fleet.runner;
    faulty.result = down('only here');
    const failures = await fleet.failures(6 * ttl);
    expect([...failures.keys()]).toStrictEqual([faulty.index]);
    await expect(faulty.status()).resolves.toBe('DOWN');
    fleet.stop();
  });

  it('costs one call of one other instance at once, and then one per ttl besides those of the faulty one', async () => {
    const fleet = await startFleet(100);
    const faulty = fleet.runner;
    faulty.result = down('only here');
    await nextCall(fleet);
    const from = fleet.calls.length - 1;
    const claims = fleet.instances.reduce((sum, { connection }) => sum + connection.claims, 0);
    await advance(2 * CHECK_TAKES + 50);
    expect(fleet.calls.slice(from).map(({ by }) => by === faulty.index)).toStrictEqual([true, false]);
    await fleet.probe(500);
    expect(fleet.calls.slice(from)).toHaveLength(2);
    expect(fleet.instances.reduce((sum, { connection }) => sum + connection.claims, 0) - claims).toBeLessThanOrEqual(3);

    const later = performance.now();
    await fleet.probe(10 * TTL);
    const calls = fleet.callsSince(later);
    expect(calls.filter(({ by }) => by !== faulty.index).length).toBeLessThanOrEqual(11);
    expect(calls.filter(({ by }) => by === faulty.index).length).toBeLessThanOrEqual(11);
    fleet.stop();
  });

  it('is named in the data of the others', async () => {
    const fleet = await startFleet(3);
    const faulty = fleet.runner;
    faulty.result = down('only here');
    await nextCall(fleet);
    await fleet.probe(TTL + 500);
    const second = runnerBeside(fleet, faulty);
    const third = fleet.instances.find((instance) => instance !== faulty && instance !== second);
    const named = new Set(third?.health.runs.map(({ run }) => run.outcome.data?.['failed_only_on']));
    expect(named).toStrictEqual(new Set([undefined, `pod-${faulty.index}`]));
    fleet.stop();
  });

  it('ends when the check passes on that instance, which then takes outcomes of the others again', async () => {
    const fleet = await startFleet(3);
    const faulty = fleet.runner;
    faulty.result = down('only here');
    await fleet.probe(4 * TTL);
    faulty.result = up();
    await fleet.probe(2 * TTL);
    await expect(faulty.status()).resolves.toBe('UP');
    const from = performance.now();
    await fleet.probe(10 * TTL);
    expect(fleet.callsSince(from).filter(({ by }) => by === faulty.index)).toStrictEqual([]);
    fleet.stop();
  });

  it('does not make that instance UP when another one fails alone as well', async () => {
    const fleet = await startFleet(5);
    const faulty = fleet.runner;
    faulty.result = down('only here');
    await fleet.probe(4 * TTL);
    const second = runnerBeside(fleet, faulty);
    second.result = down('only here, too');
    const failures = await fleet.failures(6 * TTL);
    expect(new Set(failures.keys())).toStrictEqual(new Set([faulty.index, second.index]));
    for (const instance of [faulty, second]) await expect(instance.status()).resolves.toBe('DOWN');
    fleet.stop();
  });

  it('counts on the others when none of them can run the check in time', async () => {
    const fleet = await startFleet(3);
    const faulty = fleet.runner;
    faulty.result = down('away');
    for (const { connection } of others(fleet, faulty)) connection.claim = async () => Promise.resolve(undefined);
    await nextCall(fleet);
    await fleet.probe(CONFIRMED_WITHIN - 250);
    for (const instance of others(fleet, faulty)) await expect(instance.status()).resolves.toBe('UP');
    await fleet.probe(500);
    for (const instance of others(fleet, faulty)) await expect(instance.status()).resolves.toBe('DOWN');
    fleet.stop();
  });

  it('is confirmed by the next instance when the first one in the order has ended', async () => {
    const fleet = await startFleet(5);
    const faulty = fleet.runner;
    faulty.result = down('only here');
    fleet.at(faulty.index + 1).kill();
    const failures = await fleet.failures(4 * TTL);
    expect([...failures.keys()]).toStrictEqual([faulty.index]);
    fleet.stop();
  });

  it('takes out no other instance, whatever is delayed or killed', async () => {
    const world = fc.record({
      delays: fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 3, maxLength: 8 }),
      ttl: fc.constantFrom(TTL, 3000),
      begins: fc.integer({ min: 0, max: 3000 }),
      killed: fc.option(fc.nat({ max: 7 })),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ delays, ttl, begins, killed }) => {
        const fleet = await startFleet(delays.length, ttl);
        for (const [index, delay] of delays.entries()) fleet.at(index).connection.delay = delay;
        await fleet.probe(begins);
        const faulty = fleet.runner;
        if (killed !== null && fleet.at(killed) !== faulty) fleet.at(killed).kill();
        faulty.result = down('only here');
        const from = performance.now();
        const failures = await fleet.failures(4 * ttl);
        const calls = fleet.callsSince(from).filter(({ by }) => by !== faulty.index);
        fleet.stop();
        expect([...failures.keys()]).toStrictEqual([faulty.index]);
        expect(calls.length).toBeLessThanOrEqual(6);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a failure that all instances find', () => {
  it('costs two calls at once and then one per ttl, of different instances', async () => {
    const fleet = await startFleet(100);
    for (const instance of fleet.instances) instance.result = down('away');
    await nextCall(fleet);
    const from = fleet.calls.length - 1;
    await fleet.probe(1000);
    const first = fleet.calls.slice(from);
    expect(first).toMatchObject([{}, {}]);
    expect(new Set(first.map(({ by }) => by)).size).toBe(2);
    for (const instance of fleet.instances) await expect(instance.status()).resolves.toBe('DOWN');
    const later = performance.now();
    await fleet.probe(10 * TTL);
    expect(fleet.callsSince(later).length).toBeLessThanOrEqual(11);
    fleet.stop();
  });

  it('costs no third call at once of an instance that receives the second failure late', async () => {
    const fleet = await startFleet(5);
    const first = fleet.runner;
    const second = fleet.at(first.index + 1);
    for (const instance of fleet.instances) {
      instance.result = down('away');
      if (instance !== first && instance !== second) instance.connection.lag = 250;
    }
    second.takes = 200;
    await nextCall(fleet);
    const from = fleet.calls.length - 1;
    await fleet.probe(0.75 * TTL, { every: 50 });
    expect(fleet.calls.slice(from)).toMatchObject([{ by: first.index }, { by: second.index }]);
    fleet.stop();
  });

  it('counts once for each outage in the threshold of each instance, also on the two that ran the check', async () => {
    const fleet = new ScopedFleet(5, { settings: { failureThreshold: 2 } });
    await fleet.probe(3 * TTL);
    for (const instance of fleet.instances) instance.result = down('away for a moment');
    await nextCall(fleet);
    await nextCall(fleet);
    await advance(2 * CHECK_TAKES);
    for (const instance of fleet.instances) instance.result = up();
    expect((await fleet.failures(4 * TTL)).size).toBe(0);
    fleet.stop();
  });

  it('takes out all instances within a bounded time, whatever is delayed', async () => {
    const world = fc.record({
      delays: fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 8 }),
      ttl: fc.constantFrom(TTL, 3000),
      begins: fc.integer({ min: 0, max: 3000 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ delays, ttl, begins }) => {
        const fleet = await startFleet(delays.length, ttl);
        for (const [index, delay] of delays.entries()) fleet.at(index).connection.delay = delay;
        await fleet.probe(begins);
        for (const instance of fleet.instances) instance.result = down('away');
        await nextCall(fleet);
        const from = fleet.calls.length - 1;
        // The write of the outcome, and its way to the slowest instance.
        await fleet.probe(CHECK_TAKES + 2 * 1500 + CONFIRMED_WITHIN + 2 * PROBED_EVERY);
        const statuses = await Promise.all(fleet.instances.map(async (instance) => instance.status()));
        fleet.stop();
        expect(new Set(statuses)).toStrictEqual(new Set(['DOWN']));
        // Two at once, and one per ttl and instance at most: an instance whose store is slow may run the check itself.
        expect(fleet.calls.length - from).toBeGreaterThanOrEqual(Math.min(2, delays.length));
      }),
      { numRuns: 20 },
    );
  });
});
