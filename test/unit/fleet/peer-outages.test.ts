import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { useFakeClock } from '../../support/fake-clock.js';
import { type Network, type PeerInstance, PeerService, STEP } from '../../support/peer-service.js';

useFakeClock();

/** Milliseconds, as documented: the comparison, the hold of the decision, and the time for which the last news count. */
const COMPARE_FOR = 3000;
const HOLD_FOR = 5000;
const PEERS_VALID_FOR = 15_000;

const QUORUM = { quorum: 0.5, minPeers: 3 };
/** Milliseconds after which an instance that is silent is lost, with the delay of the last message. */
const LOST = 22_000;
/** The longest delay of a message, in milliseconds, and the longest time between the first and the last failure of an outage. */
const LONGEST_DELAY = 1000;
const SPREAD = 1500;

const delays = fc.array(fc.integer({ min: 0, max: LONGEST_DELAY }), { minLength: 1, maxLength: 40 });
const counts = fc.integer({ min: 5, max: 9 });
const runs = { numRuns: 50 };

/** Each message takes the next of the delays. */
function networkOf(
  all: readonly number[],
  isLost: (from: number, to: number, message: number) => boolean = () => false,
): Network {
  let messages = 0;
  return {
    delay: () => all[(messages += 1) % all.length] as number,
    isLost: (from, to) => isLost(from, to, (messages += 1)),
  };
}

const start = (count: number, network: Network, quorum = QUORUM): PeerService =>
  new PeerService(count, { quorum, network, advance: (milliseconds) => vi.advanceTimersByTime(milliseconds) });

/** A service whose instances were ready once and know it of each other. */
function started(count: number, network: Network, quorum = QUORUM): PeerService {
  const service = start(count, network, quorum);
  service.pass(LONGEST_DELAY + 2 * STEP);
  return service;
}

function fail(instances: readonly PeerInstance[], fails = true): void {
  for (const instance of instances) instance.fails = fails;
}

const indexes = (instances: readonly PeerInstance[]): number[] => instances.map(({ index }) => index);

describe('a failure of the shared database', () => {
  it('takes out no instance while news arrive within the comparison time, although less than half of them is lost', () => {
    const cases = fc.record({
      count: counts,
      all: delays,
      begins: fc.array(fc.integer({ min: 0, max: SPREAD / STEP }), { minLength: 9, maxLength: 9 }),
      losses: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
    });
    fc.assert(
      fc.property(cases, ({ count, all, begins, losses }) => {
        let isLossy = false;
        // The half of the others must be known: of these instances, no message is lost.
        const unheard = new Set(begins.flatMap((_, index) => (losses[index] ? [index] : [])).slice(0, (count - 1) / 2));
        const service = started(
          count,
          networkOf(all, (from) => isLossy && unheard.has(from)),
        );
        isLossy = true;
        service.pass(30_000, {
          before: (passed) => {
            for (const each of service.instances) each.fails = passed >= (begins[each.index] ?? 0) * STEP;
            // Longer without news, an instance is lost.
            if (passed >= 10_000) isLossy = false;
          },
          after: () => expect(service.out).toStrictEqual([]),
        });
      }),
      runs,
    );
  });

  it('takes out only an instance that has been cut off for longer than news last', () => {
    const cases = fc.record({ count: counts, all: delays, cutAt: fc.integer({ min: 0, max: 20 }), cut: fc.nat(8) });
    fc.assert(
      fc.property(cases, ({ count, all, cutAt, cut }) => {
        const service = started(count, networkOf(all));
        fail(service.instances);
        service.pass(5000);
        service.pass(cutAt * STEP);
        service.cut(cut);
        const alone = service.at(cut).index;
        service.pass(PEERS_VALID_FOR - STEP, { after: () => expect(service.out).toStrictEqual([]) });
        service.pass(2 * STEP);
        service.pass(15_000, { after: () => expect(service.out).toStrictEqual([alone]) });
        service.mend(cut);
        service.pass(2 * STEP);
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual([]) });
      }),
      runs,
    );
  });

  it('is tolerated for a while after the quorum was last met, and then not any more', () => {
    const cases = fc.record({ count: counts, all: delays, lasts: fc.integer({ min: 20, max: 60 }) });
    fc.assert(
      fc.property(cases, ({ count, all, lasts }) => {
        const service = started(count, networkOf(all));
        fail(service.instances);
        service.pass(lasts * STEP);
        const [last, ...others] = service.instances;
        fail(others, false);
        // The last moment at which the quorum can still be met is not before the others recover.
        service.pass(HOLD_FOR, { after: () => expect(service.out).toStrictEqual([]) });
        service.pass(LONGEST_DELAY + 2 * STEP);
        service.pass(5000, { after: () => expect(service.out).toStrictEqual([last?.index]) });
        // A later failure of this instance alone is not held.
        fail(service.instances, false);
        service.pass(2 * STEP);
        fail([service.at(0)]);
        service.pass(COMPARE_FOR + 2 * STEP);
        expect(service.out).toStrictEqual([0]);
      }),
      runs,
    );
  });
});

describe('a fault of one instance', () => {
  it('takes out exactly this instance, after the comparison, until it recovers', () => {
    const cases = fc.record({ count: counts, all: delays, faulty: fc.nat(8) });
    fc.assert(
      fc.property(cases, ({ count, all, faulty }) => {
        const service = started(count, networkOf(all));
        const one = service.at(faulty);
        one.fails = true;
        service.pass(COMPARE_FOR, { after: () => expect(service.out).toStrictEqual([]) });
        service.pass(2 * STEP);
        service.pass(20_000, { after: () => expect(service.out).toStrictEqual([one.index]) });
        one.fails = false;
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual([]) });
      }),
      runs,
    );
  });

  it('takes out this instance while instances that are lost have failed before', () => {
    fc.assert(
      fc.property(delays, fc.integer({ min: 4, max: 8 }), (all, killed) => {
        const service = started(4 + killed, networkOf(all));
        const dead = service.instances.slice(4);
        fail(dead);
        service.pass(2 * STEP + LONGEST_DELAY);
        for (const each of dead) each.kill();
        service.pass(LOST);
        service.at(0).fails = true;
        service.pass(COMPARE_FOR + 2 * STEP);
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual([0]) });
      }),
      runs,
    );
  });
});

describe('instances that were never ready', () => {
  const cases = fc.record({
    all: delays,
    ready: fc.integer({ min: 4, max: 6 }),
    never: fc.integer({ min: 4, max: 8 }),
  });

  it('do not count for the others', () => {
    fc.assert(
      fc.property(cases, ({ all, ready, never }) => {
        const service = start(ready + never, networkOf(all));
        const newcomers = service.instances.slice(ready);
        fail(newcomers);
        service.pass(5000, { after: () => expect(service.out).toStrictEqual(indexes(newcomers)) });
        service.at(0).fails = true;
        service.pass(COMPARE_FOR + 2 * STEP);
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual([0, ...indexes(newcomers)]) });
      }),
      runs,
    );
  });

  it('stay out in a shared outage, also those that were ready before they were started again', () => {
    fc.assert(
      fc.property(cases, ({ all, ready, never }) => {
        const service = start(ready + never, networkOf(all));
        const newcomers = service.instances.slice(ready + 1);
        fail(newcomers);
        service.pass(LONGEST_DELAY + 2 * STEP);
        fail(service.instances);
        const unready = indexes(newcomers);
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual(unready) });
        service.at(ready).restart();
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual([ready, ...unready]) });
        fail(service.instances, false);
        service.pass(5000, { after: () => expect(service.out).toStrictEqual([]) });
      }),
      runs,
    );
  });
});

describe('a failure without enough news', () => {
  it('takes out the instance at once when fewer instances are known than required', () => {
    const cases = fc.record({
      all: delays,
      count: fc.integer({ min: 1, max: 8 }),
      more: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(cases, ({ all, count, more }) => {
        const service = started(count, networkOf(all), { quorum: 0.5, minPeers: count + more });
        fail(service.instances);
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual(indexes(service.instances)) });
      }),
      runs,
    );
  });

  it('takes out the instance at once when the others are lost', () => {
    fc.assert(
      fc.property(delays, counts, (all, count) => {
        const service = started(count, networkOf(all));
        const [, , , ...dead] = service.instances;
        for (const each of dead) each.kill();
        service.pass(LOST);
        const alive = service.instances.slice(0, 3);
        fail(alive);
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual(indexes(alive)) });
      }),
      runs,
    );
  });

  it('takes out the instance at once when it has been cut off for longer than news last', () => {
    fc.assert(
      fc.property(delays, counts, fc.nat(8), (all, count, cut) => {
        const service = started(count, networkOf(all));
        service.cut(cut);
        service.pass(PEERS_VALID_FOR + STEP);
        service.at(cut).fails = true;
        service.pass(10_000, { after: () => expect(service.out).toStrictEqual([service.at(cut).index]) });
      }),
      runs,
    );
  });
});

it('keeps the rules of each single decision in any sequence of failures, cuts, ends, restarts and lost messages', () => {
  const event = fc.record({
    at: fc.integer({ min: 0, max: 240 }),
    instance: fc.nat(8),
    kind: fc.constantFrom('fail', 'pass', 'failAll', 'passAll', 'cut', 'mend', 'kill', 'restart'),
  });
  const cases = fc.record({
    count: fc.integer({ min: 2, max: 9 }),
    all: fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 40 }),
    lost: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
    events: fc.array(event, { maxLength: 40 }),
  });
  /** Milliseconds in which a failure can be known: the longest delay, the time for which news count, and the hold. */
  const known = 10_000 + PEERS_VALID_FOR + LOST + HOLD_FOR;
  fc.assert(
    fc.property(cases, ({ count, all, lost, events }) => {
      const service = start(
        count,
        networkOf(all, (_from, _to, message) => lost[message % lost.length] as boolean),
      );
      const failedAt = service.instances.map(() => -Infinity);
      const passed = service.instances.map(() => false);
      service.pass(60_000, {
        before: (time) => {
          for (const { kind, instance } of events.filter(({ at }) => at * STEP === time)) {
            apply(service, service.at(instance), kind);
            if (kind === 'restart') passed[service.at(instance).index] = false;
          }
        },
        after: (time) => {
          for (const { index, isAlive, fails, isReady, because } of service.instances) {
            if (!isAlive) continue;
            if (!fails) passed[index] = true;
            else if (passed[index]) failedAt[index] = time;
            // An instance that passes is ready, and one that was never ready is not.
            expect(isReady).toBe(!fails || (passed[index] && because !== undefined));
            if (because === undefined || !because.startsWith('shared outage')) continue;
            // Enough others that were ready have failed recently.
            const others = failedAt.filter((at, other) => other !== index && at >= time - known);
            expect(others.length).toBeGreaterThanOrEqual(QUORUM.quorum * QUORUM.minPeers);
          }
        },
      });
    }),
    runs,
  );
});

function apply(service: PeerService, instance: PeerInstance, kind: string): void {
  if (kind === 'failAll') fail(service.instances);
  else if (kind === 'passAll') fail(service.instances, false);
  else if (kind === 'fail') instance.fails = true;
  else if (kind === 'pass') instance.fails = false;
  else if (kind === 'cut') service.cut(instance.index);
  else if (kind === 'mend') service.mend(instance.index);
  else if (kind === 'kill') instance.kill();
  else instance.restart();
}
