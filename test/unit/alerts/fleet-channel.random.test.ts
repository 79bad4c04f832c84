import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { isNightly } from '../../support/nightly.js';
import { AlertingFleet, type Instance } from './alerting-fleet.js';

useFakeClock();

const COUNT = 4;
const RUNS = isNightly ? 400 : 30;
/** Shrinking a counterexample of a whole fleet takes long. */
const TERMS = { numRuns: RUNS, endOnFailure: true };
const TIMEOUT = isNightly ? 900_000 : 120_000;
/** Milliseconds after which a message about an outage must have been sent, whatever the store does. */
const ANNOUNCED_WITHIN = 75_000;

type Event =
  'down' | 'up' | 'kill' | 'drain' | 'restart' | 'cut off' | 'mend' | 'unavailable' | 'frozen' | 'back' | 'lose data';

interface Step {
  readonly event: Event;
  readonly index: number;
  readonly wait: number;
}

const stepsOf = (...events: Event[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      event: fc.constantFrom(...events),
      index: fc.nat(COUNT - 1),
      wait: fc.constantFrom(0, 300, 1200, 3500, 6000, 14_000, 40_000),
    }),
    { minLength: 5, maxLength: 25 },
  );

/** Performs the steps, then repairs everything and waits until all messages are sent. */
async function perform(steps: readonly Step[]): Promise<AlertingFleet> {
  const fleet = new AlertingFleet(COUNT);
  await advance(20_000);
  for (const { event, index, wait } of steps) {
    const instance = fleet.instances.findLast(({ name }) => name === `orders-${index + 1}`);
    if (instance) await act(fleet, instance, event);
    await advance(wait);
  }
  fleet.backend.simulate(undefined);
  for (const instance of fleet.instances) if (instance.isAlive) instance.connection.mend();
  await advance(30_000);
  await fleet.become('UP');
  await advance(200_000);
  return fleet;
}

async function act({ backend, ...fleet }: AlertingFleet, instance: Instance, event: Event): Promise<void> {
  if (event === 'unavailable' || event === 'frozen') return backend.simulate(event);
  if (event === 'back') return backend.simulate(undefined);
  if (event === 'lose data') return backend.loseData();
  if (event === 'restart' && !instance.isAlive) fleet.instances.push(instance.again());
  if (!instance.isAlive) return;
  if (event === 'down' && instance.status === 'UP') instance.becomes('DOWN');
  if (event === 'up' && instance.status === 'DOWN') instance.becomes('UP');
  if (event === 'cut off') instance.connection.sever();
  if (event === 'mend') instance.connection.mend();
  // At least one instance stays, which can send the messages that the others cannot send.
  if (fleet.instances.filter(({ isAlive }) => isAlive).length === 1) return;
  if (event === 'kill') instance.kill();
  if (event === 'drain') await instance.drain();
}

/**
 * Every outage of an instance that stays was announced, by its own message or by a fleet message without a recovery
 * before.
 */
function expectAnnounced({ sent, instances }: AlertingFleet): void {
  for (const instance of instances.filter(({ isAlive }) => isAlive)) {
    for (const { event, at, since } of instance.outages) {
      if (event !== 'down') continue;
      const until = at.elapsed + ANNOUNCED_WITHIN;
      const isAnnounced = sent.some((message, index) => {
        if (message.alert.event !== 'down' || message.at > until) return false;
        if (!message.alert.instances) return message.by === instance.name && message.alert.since.wall === since.wall;
        const end = sent.find((later, place) => place > index && later.alert.event === 'up' && later.alert.instances);
        return (end?.at ?? Infinity) >= at.elapsed;
      });
      expect(isAnnounced, `the outage of ${instance.name} from ${since.elapsed}`).toBe(true);
    }
  }
}

it(
  'an alerting fleet sends one message and one recovery for each incident while the store is reachable, whatever happens to instances',
  { timeout: TIMEOUT },
  async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf('down', 'down', 'up', 'kill', 'drain', 'restart'), async (steps) => {
        const fleet = await perform(steps);
        const first = fleet.sent.filter(({ alert: { edition = 1, event } }) => edition === 1 || event === 'up');
        // Alternating: each incident has its recovery before the next one begins.
        expect(first.map(({ alert }) => alert.event)).toEqual(
          first.map((_, index) => (index % 2 === 0 ? 'down' : 'up')),
        );
        expect(first.length % 2).toBe(0);
        expect(fleet.sent.filter(({ alert }) => !alert.instances)).toEqual([]);
        expectAnnounced(fleet);
        await fleet.stop();
      }),
      TERMS,
    );
  },
);

it(
  'an alerting fleet announces every outage although the store fails, and ends every incident',
  { timeout: TIMEOUT },
  async () => {
    const events = [
      'down',
      'down',
      'up',
      'kill',
      'restart',
      'cut off',
      'mend',
      'unavailable',
      'frozen',
      'back',
      'lose data',
    ] as const;
    await fc.assert(
      fc.asyncProperty(stepsOf(...events), async (steps) => {
        const fleet = await perform(steps);
        expectAnnounced(fleet);
        const forAll = fleet.sent.filter(({ alert }) => alert.instances);
        const survivors = fleet.instances.filter(({ isAlive, restarts }) => isAlive && restarts === 0);
        const last = forAll.at(-1);
        // If the sender is killed while the store is unavailable, no other instance knows of its last message.
        const isForgotten = !survivors.some(({ name }) => name === last?.by);
        expect(isForgotten || last?.alert.event === 'up').toBe(true);
        for (const instance of survivors) {
          const own = fleet.sent.filter(({ by, alert }) => by === instance.name && !alert.instances);
          expect(own.map(({ alert }) => alert.event)).toEqual(own.map((_, index) => (index % 2 === 0 ? 'down' : 'up')));
          expect(own.length % 2).toBe(0);
        }
        await fleet.stop();
      }),
      TERMS,
    );
  },
);
