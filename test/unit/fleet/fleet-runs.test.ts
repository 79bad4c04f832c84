import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { down, up } from '../../../src/core/result.js';
import { serviceCollectionOf } from '../../../src/fleet/collection.js';
import { type OutcomeEntry, readOutcome } from '../../../src/fleet/outcome-entry.js';
import { readSigned } from '../../../src/fleet/signed-text.js';
import { storeOf } from '../../../src/stores/store-of.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { checkSettings } from '../../support/check-definition.js';
import { CHECK_TAKES } from '../../support/scoped-instance.js';
import { type Instance, STORE_TIMEOUT, ScopedFleet as Fleet, TTL } from './scoped-fleet.js';

useFakeClock();

describe('an indicator with scope fleet', () => {
  it('makes one call per ttl for 100 instances, from the start on', async () => {
    const fleet = new Fleet(100);
    await fleet.probe(TTL);
    expect(fleet.calls).toHaveLength(1);
    for (const instance of fleet.instances) await expect(instance.status()).resolves.toBe('UP');

    const from = performance.now();
    await fleet.probe(20 * TTL);
    const calls = fleet.callsSince(from);
    expect(calls.length).toBeGreaterThan(17);
    expect(calls.length).toBeLessThanOrEqual(20);
    expect(new Set(calls.map(({ by }) => by)).size).toBe(1);
    fleet.stop();
  });

  it('runs once per ttl although no instance is probed that often', async () => {
    const fleet = new Fleet(10);
    await fleet.probe(30 * TTL, { every: 5000 });
    expect(fleet.calls.length).toBeLessThanOrEqual(31);
    const from = performance.now();
    for (const instance of fleet.instances) await expect(instance.status()).resolves.toBe('UP');
    expect(fleet.callsSince(from).length).toBeLessThanOrEqual(1);
    fleet.stop();
  });

  it('shows the outcome with its age, and the instance that ran the check', async () => {
    const fleet = new Fleet(2);
    await fleet.probe(3 * TTL);
    const other = fleet.instances.find((instance) => instance !== fleet.runner);
    const { rates } = (await other?.health.report('ready'))?.details ?? {};
    const ranAt = fleet.calls.at(-1)?.at ?? 0;
    expect(rates).toMatchObject({ status: 'UP', data: { run_by: `pod-${fleet.runner.index}` } });
    const age = Date.now() - Date.parse(rates?.checked_at ?? '');
    expect(age).toBeGreaterThanOrEqual(performance.now() - ranAt - CHECK_TAKES - 1);
    fleet.stop();
  });

  it('shows a failure and its recovery on all instances within two ttl each, with the texts of the report', async () => {
    const fleet = new Fleet(5);
    await fleet.probe(2 * TTL);
    for (const instance of fleet.instances) instance.result = down('x');
    await fleet.probe(2 * TTL + 250);
    for (const { health } of fleet.instances) {
      const report = health.report('ready');
      await advance(2 * CHECK_TAKES);
      const { details } = await report;
      expect(details['rates']).toMatchObject({ status: 'DOWN', error: expect.stringMatching(/^\d/) as unknown });
    }
    for (const instance of fleet.instances) instance.result = up();
    await fleet.probe(2 * TTL + 250);
    for (const instance of fleet.instances) await expect(instance.status()).resolves.toBe('UP');
    fleet.stop();
  });

  it('counts each outcome once in a threshold, and another instance runs the check after a failure', async () => {
    const fleet = new Fleet(5, { settings: { failureThreshold: 2 } });
    await fleet.probe(2 * TTL);
    const faulty = fleet.runner;
    faulty.result = down('only here');
    await fleet.probe(6 * TTL);
    const others = fleet.instances.filter((instance) => instance !== faulty);
    expect(others.flatMap(({ health }) => health.changes)).toStrictEqual([]);
    // Its second failure reached the threshold.
    expect(faulty.health.changes).toMatchObject([{ to: 'DOWN' }]);
    expect(fleet.runner).not.toBe(faulty);
    fleet.stop();
  });

  it('writes no cause of a failure', async () => {
    const fleet = new Fleet(0);
    const written: string[] = [];
    storeOf(fleet.backend, STORE_TIMEOUT).watch(`${serviceCollectionOf('fleet-outcomes', 'test', 'orders')}/`, {
      snapshot: () => undefined,
      put: (_key, value) => written.push(value),
      removed: () => undefined,
    });
    const instance = fleet.add();
    instance.health.add(
      'secretive',
      () => {
        throw Object.assign(new Error('postgres://admin:hunter2@db'), { code: 'ECONNREFUSED' });
      },
      { scope: 'fleet' },
    );
    await fleet.probe(TTL);
    expect(written.join('\n')).toContain('connection refused');
    expect(written.join('\n')).not.toContain('hunter2');
    fleet.stop();
  });

  it.each([3, 100])('is taken over within two ttl when its runner among %i instances is killed', async (count) => {
    const fleet = new Fleet(count);
    await fleet.probe(3 * TTL);
    const killed = fleet.runner;
    const from = performance.now();
    killed.kill();
    await fleet.probe(2 * TTL);
    const calls = fleet.callsSince(from);
    expect(calls.length).toBeGreaterThanOrEqual(1);
    expect(calls.length).toBeLessThanOrEqual(2);
    expect(fleet.runner).not.toBe(killed);
    fleet.stop();
  });

  it('is taken over at once when its runner drains', async () => {
    const fleet = new Fleet(3);
    await fleet.probe(3 * TTL);
    const drained = fleet.runner;
    drained.runs.stop();
    drained.isAlive = false;
    const from = performance.now();
    await fleet.probe(2 * TTL);
    expect(fleet.callsSince(from).length).toBeGreaterThanOrEqual(1);
    expect(fleet.runner).not.toBe(drained);
    fleet.stop();
  });

  it('makes at most one call on an added instance, also if that instance takes over later', async () => {
    const fleet = new Fleet(5);
    await fleet.probe(3 * TTL);
    const from = performance.now();
    const added = fleet.add();
    await fleet.probe(10 * TTL);
    expect(fleet.callsSince(from).filter(({ by }) => by === added.index).length).toBeLessThanOrEqual(1);
    for (const instance of fleet.instances) if (instance !== added) instance.kill();
    await fleet.probe(3 * TTL);
    expect(fleet.runner).toBe(added);
    const later = fleet.add();
    await fleet.probe(2 * TTL);
    const then = performance.now();
    await fleet.probe(5 * TTL);
    expect(new Set(fleet.callsSince(then).map(({ by }) => by))).toStrictEqual(new Set([added.index]));
    expect(fleet.callsSince(0).filter(({ by }) => by === later.index).length).toBeLessThanOrEqual(1);
    fleet.stop();
  });

  it('makes no call on an instance whose connection was slow at its start', async () => {
    const options = { settings: { maxAge: 2 * TTL } };
    const fleet = new Fleet(3, options);
    await fleet.probe(3 * TTL);
    const added = fleet.add(options);
    added.connection.delay = 1500;
    await fleet.probe(3 * TTL);
    added.connection.delay = 0;
    await fleet.probe(5 * TTL);
    const from = performance.now();
    await fleet.probe(10 * TTL);
    expect(fleet.callsSince(from).filter(({ by }) => by === added.index)).toStrictEqual([]);
    fleet.stop();
  });

  it('returns to one call for all instances after an outage of the store, also when instances run at the same moments', async () => {
    const fleet = new Fleet(3);
    const every = TTL + CHECK_TAKES + 5;
    await fleet.probe(3 * TTL);
    // The outcomes of the other instances arrive late, so an instance's own outcome of the same moment is newer.
    for (const instance of fleet.instances) instance.connection.delay = 40;
    await fleet.probe(6 * every, { every });
    fleet.backend.simulate('unavailable');
    await fleet.probe(8 * every, { every });
    fleet.backend.simulate(undefined);
    await fleet.probe(10 * every, { every });
    const from = performance.now();
    await fleet.probe(8 * every, { every });
    expect(fleet.callsSince(from).length).toBeLessThanOrEqual(9);
    fleet.stop();
  });

  it('mentions each entry in one outcome', async () => {
    const fleet = new Fleet(0);
    const numbers: number[] = [];
    storeOf(fleet.backend, STORE_TIMEOUT).watch(`${serviceCollectionOf('fleet-outcomes', 'test', 'orders')}/`, {
      snapshot: () => undefined,
      put: (key, value) => {
        const entry = readOutcome(readSigned(key, value, undefined)) as OutcomeEntry;
        if (entry.indicator !== '') numbers.push(entry.acknowledged.length);
      },
      removed: () => undefined,
    });
    for (let index = 0; index < 10; index += 1) fleet.add();
    await fleet.probe(4 * TTL);
    fleet.runner.kill();
    await fleet.probe(4 * TTL);
    // The other nine, then no more, then the previous one.
    const [first, ...later] = numbers;
    expect(first).toBe(9);
    expect(later.filter((number) => number > 0)).toStrictEqual([1]);
    fleet.stop();
  });

  it('ignores a write of a frozen runner that arrives late', async () => {
    const fleet = new Fleet(3);
    await fleet.probe(3 * TTL);
    const frozen = fleet.runner;
    frozen.connection.sever();
    // The process itself continues for a moment, so that its next outcome is in transit.
    await fleet.probe(TTL);
    frozen.kill();
    for (const instance of fleet.instances) instance.result = down('away');
    await fleet.probe(10 * TTL);
    frozen.connection.mend();
    await fleet.probe(250);
    const alive = fleet.instances.filter(({ isAlive }) => isAlive);
    expect(alive).toHaveLength(2);
    for (const instance of alive) await expect(instance.status()).resolves.toBe('DOWN');
    fleet.stop();
  });

  it.each(['unavailable', 'frozen'] as const)('runs on each instance while the store is %s', async (fault) => {
    const fleet = new Fleet(4);
    await fleet.probe(3 * TTL);
    fleet.backend.simulate(fault);
    await fleet.probe(8 * TTL);
    const from = performance.now();
    await fleet.probe(4 * TTL);
    const calls = fleet.callsSince(from);
    for (const { index } of fleet.instances) {
      expect(calls.filter(({ by }) => by === index).length).toBeGreaterThanOrEqual(3);
    }
    for (const instance of fleet.instances) await expect(instance.status()).resolves.toBe('UP');

    fleet.backend.simulate(undefined);
    await fleet.probe(12 * TTL);
    const again = performance.now();
    await fleet.probe(5 * TTL);
    expect(fleet.callsSince(again).length).toBeLessThanOrEqual(6);
    fleet.stop();
  });

  it('calls the check at once when the store was never available', async () => {
    const fleet = new Fleet(0);
    fleet.backend.simulate('unavailable');
    const instance = fleet.add();
    await advance(10);
    void instance.health.report('ready');
    await advance(0);
    expect(fleet.calls).toHaveLength(1);
    fleet.stop();
  });

  it('does not count the wait for the first outcome of another instance as slow', async () => {
    const fleet = new Fleet(2, { settings: { timeout: 600, slowThreshold: 200 } });
    for (const instance of fleet.instances) instance.takes = 5000;
    await advance(1);
    for (const { health } of fleet.instances) void health.report('ready');
    await advance(CHECK_TAKES);
    const waiting = fleet.at(fleet.runner.index + 1);
    waiting.takes = CHECK_TAKES;
    await advance(400);
    const took = expect.closeTo(CHECK_TAKES, 0) as unknown;
    expect(waiting.health.runs).toMatchObject([{ status: 'UP', run: { took } }]);
    fleet.stop();
  });

  it('does not call an outcome of another instance slow after a wait for it', async () => {
    const fleet = new Fleet(0);
    const first = fleet.add({ settings: { timeout: 1000 } });
    const second = fleet.add({ settings: { timeout: 1000, slowThreshold: 200 } });
    for (const instance of fleet.instances) instance.takes = 400;
    await advance(1);
    for (const { health } of fleet.instances) void health.report('ready');
    await advance(1000);
    expect(fleet.calls.map(({ by }) => by)).toStrictEqual([first.index]);
    expect(second.health.runs).toMatchObject([{ status: 'UP', run: { outcome: { data: { run_by: 'pod-0' } } } }]);
    fleet.stop();
  });

  it('forgets a removed indicator, so that its check is called when it is added again', async () => {
    const fleet = new Fleet(1, {}, 60_000);
    await fleet.probe(TTL);
    const [{ health }] = fleet.instances as [Instance];
    health.engine.remove('rates');
    await advance(TTL);
    health.add('rates', () => down('added again'), { scope: 'fleet', ttl: 60_000 });
    const report = health.report('ready');
    await advance(TTL);
    expect((await report).details['rates']).toMatchObject({ status: 'DOWN', error: 'added again' });
    fleet.stop();
  });

  it.each([
    ['the application stops', ({ health }: Instance) => health.engine.stop()],
    ['the indicator is removed', ({ health }: Instance) => health.engine.remove('rates')],
  ])('does not call the check when %s during the wait for the first outcome', async (_what, end) => {
    const fleet = new Fleet(2, { settings: { timeout: 6000 } });
    for (const instance of fleet.instances) instance.takes = 5000;
    await fleet.probe(300);
    const { runner } = fleet;
    const waiting = fleet.at(runner.index + 1);
    end(waiting);
    await advance(4000);
    expect(fleet.calls.map(({ by }) => by)).toStrictEqual([runner.index]);
    fleet.stop();
  });

  it.each([0, 40])(
    'stays UP with a maxAge slightly above its interval, with a store that delivers in %i ms',
    async (lag) => {
      const fleet = new Fleet(3, { settings: { interval: 1000, maxAge: 1300, timeout: 200 } });
      for (const { connection } of fleet.instances) connection.lag = lag;
      await advance(4000);
      const from = performance.now();
      const statuses = new Set<string | undefined>();
      while (performance.now() < from + 60_000) {
        for (const { health } of fleet.instances) statuses.add((await health.report('ready')).details['rates']?.status);
        await advance(70);
      }
      expect([...statuses]).toStrictEqual(['UP']);
      const calls = fleet.callsSince(from);
      expect(calls.length).toBeLessThanOrEqual(60);
      expect(new Set(calls.map(({ by }) => by)).size).toBe(1);
      fleet.stop();
    },
  );

  it('is UNKNOWN for no longer than a run when its runner is killed, with a maxAge slightly above its interval', async () => {
    const fleet = new Fleet(3, { settings: { interval: 1000, maxAge: 1300, timeout: 200 } });
    await advance(4000);
    fleet.runner.kill();
    const alive = fleet.instances.filter(({ isAlive }) => isAlive);
    const unknown = new Map<number, number>();
    for (let passed = 0; passed < 8000; passed += 10) {
      for (const { health, index } of alive) {
        const { status } = (await health.report('ready')).details['rates'] ?? {};
        if (status !== 'UP') unknown.set(index, (unknown.get(index) ?? 0) + 10);
      }
      await advance(10);
    }
    for (const milliseconds of unknown.values()) expect(milliseconds).toBeLessThanOrEqual(4 * (CHECK_TAKES + 10));
    fleet.stop();
  });

  it('does not call the check for an arriving outcome after its scope was changed', async () => {
    const settings = { interval: 1000 };
    const fleet = new Fleet(2, { settings });
    await advance(4000);
    const { runner } = fleet;
    const { health, index } = fleet.at(runner.index + 1);
    health.engine.configure('rates', checkSettings({ ...settings, scope: 'instance' }));
    const from = performance.now();
    await advance(10_000);
    expect(fleet.callsSince(from).filter(({ by }) => by === index).length).toBeLessThanOrEqual(11);
    fleet.stop();
  });

  it('does not share outcomes between versions', async () => {
    const fleet = new Fleet(3);
    await fleet.probe(2 * TTL);
    const added = fleet.add({ release: '2.0.0' });
    added.result = down('the new version is wrong');
    await fleet.probe(2 * TTL);
    await expect(added.status()).resolves.toBe('DOWN');
    await expect(fleet.instances[0]?.status()).resolves.toBe('UP');
    fleet.stop();
  });

  it('refuses outcomes without the signature, and logs that once', async () => {
    const fleet = new Fleet(2);
    await fleet.probe(2 * TTL);
    const careful = fleet.add({ secret: 'a secret of the fleet' });
    const from = performance.now();
    await fleet.probe(5 * TTL);
    expect(fleet.callsSince(from).some(({ by }) => by === careful.index)).toBe(true);
    expect(careful.warnings).toStrictEqual([
      'An outcome of another instance is refused: it is not signed with the secret',
    ]);
    fleet.stop();
  });

  it('runs on each instance without the scope, or after the scope was changed', async () => {
    const fleet = new Fleet(3, { settings: { scope: 'instance' } });
    await fleet.probe(2 * TTL);
    expect(new Set(fleet.calls.map(({ by }) => by)).size).toBe(3);
    fleet.stop();
  });

  it('is never UP by an outcome older than maxAge, whatever is killed, frozen, unavailable, late or added', async () => {
    const event = fc.record({
      kind: fc.constantFrom(
        'sever',
        'mend',
        'unavailable',
        'frozen',
        'works',
        'fails',
        'passes',
        'slow',
        'join',
        'join slowly',
      ),
      instance: fc.nat({ max: 5 }),
      wait: fc.integer({ min: 1, max: 12 }),
    });
    const at0 = { instance: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 4, maxLength: 10 }), async (events) => {
        const maxAge = 4000;
        const options = { settings: { maxAge } };
        const fleet = new Fleet(4, options);
        const ages: number[] = [];
        const visit = (_: Instance, message: string): void => void ages.push(performance.now() - Number(message));
        await fleet.probe(3 * TTL, { visit });
        for (const { kind, instance, wait } of events) {
          const { connection } = kind.startsWith('join') ? fleet.add(options) : fleet.at(instance);
          if (kind === 'sever') connection.sever();
          else if (kind === 'mend') connection.mend();
          else if (kind === 'unavailable' || kind === 'frozen') fleet.backend.simulate(kind);
          else if (kind === 'works') fleet.backend.simulate(undefined);
          else if (kind === 'slow' || kind === 'join slowly') connection.delay = 500 * instance;
          else if (kind !== 'join')
            for (const each of fleet.instances) each.result = kind === 'fails' ? down('away') : up();
          await fleet.probe(wait * 500, { visit, every: 500 });
        }
        fleet.stop();
        for (const { connection } of fleet.instances) connection.mend();
        fleet.backend.simulate(undefined);
        expect(ages.length).toBeGreaterThan(0);
        // The age counts from the end of the run, but the message contains the start of the run.
        expect(Math.max(...ages)).toBeLessThanOrEqual(maxAge + CHECK_TAKES);
      }),
      {
        numRuns: 25,
        examples: [
          // The first entry of a writer was late, because only the snapshot had shown its clock.
          [
            [
              { kind: 'sever', ...at0, wait: 4 },
              { kind: 'frozen', ...at0, wait: 3 },
              { kind: 'mend', ...at0, wait: 5 },
            ],
          ],
        ],
      },
    );
  });
});

it('the outcomes of each service are in a collection of their own, so that a watch receives nothing of other services', () => {
  const collections = ['orders', 'payments'].map((service) => serviceCollectionOf('fleet-outcomes', 'test', service));
  expect(new Set(collections).size).toBe(2);
  // A dot in a name does not make two names the same.
  expect(serviceCollectionOf('fleet-outcomes', 'a', 'b.c')).not.toBe(serviceCollectionOf('fleet-outcomes', 'a.b', 'c'));
});
