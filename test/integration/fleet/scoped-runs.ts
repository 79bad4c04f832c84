import { down } from 'nest-vitals';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { CheckSettings } from '../../../src/core/check.js';
import { isNightly } from '../../support/nightly.js';
import { type ScopedCall, ScopedInstance } from '../../support/scoped-instance.js';
import type { FleetOnServer } from './fleet-server.js';

const PATIENCE = 300_000;
/** Longer than a takeover and a new connection take on a busy machine. */
const SOON = { timeout: 60_000, interval: 50 };
const COUNT = isNightly ? 100 : 20;
const TTL = 2000;
/** Shorter than the other time limit of an outcome, so that this limit is tested. */
const MAX_AGE = 2.5 * TTL;
/** Milliseconds between two probes of one instance. */
const PROBED_EVERY = 500;
/**
 * Milliseconds that one call of the check takes on a busy machine. Ages count from its start, `maxAge` from its end.
 */
const LONGEST_CALL = 1000;

interface Member extends ScopedInstance {
  destroy: () => void;
}

/** Many instances in this process, each with its own client, which are probed until the test ends. */
class ScopedFleet {
  readonly calls: ScopedCall[] = [];
  readonly members: Member[] = [];
  /** The ages of all outcomes by which an instance was UP, in milliseconds. */
  readonly ages: number[] = [];
  readonly #ttl: number;
  #isStopped = false;

  private constructor(ttl: number) {
    this.#ttl = ttl;
  }

  static async start(
    { connect }: FleetOnServer,
    count: number,
    { ttl = TTL, maxAge = MAX_AGE }: Partial<Pick<CheckSettings, 'ttl' | 'maxAge'>> = {},
  ): Promise<ScopedFleet> {
    const fleet = new ScopedFleet(ttl);
    onTestFinished(() => fleet.#stop());
    const opened = await Promise.all(Array.from({ length: count }, () => connect()));
    const settings = { maxAge, timeout: 1000 };
    for (const [index, { store, destroy }] of opened.entries()) {
      const instance = new ScopedInstance({ store, index, calls: fleet.calls }, { settings }, ttl);
      fleet.members.push(Object.assign(instance, { destroy }));
    }
    for (const member of fleet.members) void fleet.#probe(member);
    return fleet;
  }

  get alive(): readonly Member[] {
    return this.members.filter(({ isAlive }) => isAlive);
  }

  get runner(): Member {
    return this.members[this.calls.at(-1)?.by ?? -1] as Member;
  }

  /** The number of calls of the checks in this number of periods from now on. */
  async callsIn(periods: number): Promise<readonly ScopedCall[]> {
    const first = this.calls.length;
    await new Promise((resolve) => setTimeout(resolve, periods * this.#ttl));
    return this.calls.slice(first);
  }

  /** Waits until one call per `ttl` is made for all instances, with a tolerance of one call for a takeover. */
  async costsOneCall(): Promise<void> {
    await vi.waitUntil(async () => {
      const { length } = await this.callsIn(2);
      return length >= 1 && length <= 3;
    }, SOON);
  }

  /** Waits until each instance has run the check itself. */
  async runsOnEachItself(): Promise<void> {
    const from = this.calls.length;
    await vi.waitUntil(() => this.callersSince(from).size === this.alive.length, SOON);
  }

  async statuses(): Promise<ReadonlySet<string | undefined>> {
    const reports = await Promise.all(this.alive.map(({ health }) => health.report('ready')));
    return new Set(reports.map(({ details }) => details['rates']?.status));
  }

  callersSince(call: number): ReadonlySet<number> {
    return new Set(this.calls.slice(call).map(({ by }) => by));
  }

  async #probe(member: Member): Promise<void> {
    // Start times are distributed over the period, like those of real probers.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * PROBED_EVERY));
    while (!this.#isStopped && member.isAlive) {
      const asked = performance.now();
      const { details } = await member.health.report('ready');
      const { status, message } = details['rates'] ?? {};
      // The time at which the report chose the outcome, because a busy machine may deliver the report later.
      if (status === 'UP') this.ages.push(asked - Number(message));
      await new Promise((resolve) => setTimeout(resolve, PROBED_EVERY));
    }
  }

  #stop(): void {
    this.#isStopped = true;
    for (const member of this.alive) member.stop();
  }
}

async function freezeStore({ server }: FleetOnServer, fleet: ScopedFleet): Promise<void> {
  server().freeze();
  try {
    await fleet.runsOnEachItself();
    expect([...(await fleet.statuses())]).toStrictEqual(['UP']);
  } finally {
    server().thaw();
  }
  await fleet.costsOneCall();
}

/** An indicator with scope fleet. Its runner is killed, and its store becomes unavailable and available again. */
export function testScopedRuns(subject: FleetOnServer): void {
  it(
    `runs a check with scope fleet once per ttl for ${COUNT} instances, whatever happens to the runner and to the store`,
    { timeout: PATIENCE },
    async () => {
      const fleet = await ScopedFleet.start(subject, COUNT);
      await fleet.costsOneCall();
      expect([...(await fleet.statuses())]).toStrictEqual(['UP']);

      const killed = fleet.runner;
      const before = fleet.calls.length;
      killed.destroy();
      killed.end();
      await vi.waitUntil(() => fleet.calls.length > before + 1, SOON);
      expect(fleet.callersSince(before)).not.toContain(killed.index);
      // The last outcome of the killed instance was still valid when another one took over, so the other instances did
      // not run the check.
      expect(fleet.callersSince(before).size).toBeLessThan(COUNT / 4);
      await fleet.costsOneCall();

      if (isNightly) await freezeStore(subject, fleet);

      await subject.server().kill();
      await fleet.runsOnEachItself();
      expect([...(await fleet.statuses())]).toStrictEqual(['UP']);
      await subject.server().restart();
      await fleet.costsOneCall();

      expect(fleet.ages.length).toBeGreaterThan(COUNT);
      expect(Math.max(...fleet.ages)).toBeLessThanOrEqual(MAX_AGE + LONGEST_CALL);
    },
  );
}

/** The check fails on the instance that runs it, and passes on the others. */
export function testLocalFault(subject: FleetOnServer): void {
  it(
    'shows a fault of the runner of a check with scope fleet on it alone, by one call of a second instance',
    { timeout: PATIENCE },
    async () => {
      const fleet = await ScopedFleet.start(subject, 4, { ttl: 1000, maxAge: 30_000 });
      await fleet.costsOneCall();
      const faulty = fleet.runner;
      const from = fleet.calls.length;
      faulty.result = down('only here');
      await vi.waitUntil(() => fleet.calls.length >= from + 2, SOON);
      // Less than the period, after which the next run begins.
      await new Promise((resolve) => setTimeout(resolve, 300));
      const calls = fleet.calls.slice(from).map(({ by }) => by);
      expect(calls).toHaveLength(2);
      expect(calls[0]).toBe(faulty.index);
      expect(calls[1]).not.toBe(faulty.index);

      const [, second] = calls;
      await vi.waitFor(async () => {
        for (const { index, health } of fleet.members) {
          const { status, data } = (await health.report('ready')).details['rates'] ?? {};
          expect([index, status]).toStrictEqual([index, index === faulty.index ? 'DOWN' : 'UP']);
          if (index === faulty.index || index === second) continue;
          expect(data).toMatchObject({ failed_only_on: `pod-${faulty.index}` });
        }
      }, SOON);
    },
  );
}
