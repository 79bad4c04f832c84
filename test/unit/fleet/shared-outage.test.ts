import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthStatus } from '../../../src/core/status.js';
import type { FleetInstance, FleetPhase } from '../../../src/fleet/roster.js';
import {
  COMPARE_FOR,
  HOLD_FOR,
  NEWS_LASTS,
  type OutageMemory,
  decideSharedOutage,
} from '../../../src/fleet/shared-outage.js';

const QUORUM = { quorum: 0.5, minPeers: 3 };

function peer(
  database: HealthStatus | undefined,
  { wasReady = true, phase = 'accepting' }: { wasReady?: boolean; phase?: FleetPhase } = {},
): FleetInstance {
  return {
    phase,
    phaseSince: 0,
    readySince: 0,
    heard: 0,
    entry: {
      service: 'orders',
      instance: 'any',
      boot: 'a',
      beat: 1,
      heartbeat: 5000,
      version: undefined,
      commit: undefined,
      phase: 'accepting',
      phaseFor: 0,
      ready: 'UP',
      readyFor: 0,
      wasReady,
      checks: database === undefined ? {} : { database },
    },
  };
}

const decide = (
  peers: readonly FleetInstance[],
  { now = 60_000, storeUnavailableFor = 0, metAt }: { now?: number; storeUnavailableFor?: number; metAt?: number } = {},
): string | undefined =>
  decideSharedOutage('database', QUORUM, { peers, storeUnavailableFor }, { failingSince: 0, metAt }, now).because;

describe('decideSharedOutage', () => {
  it('decides alone while the other instances are healthy', () => {
    expect(decide([peer('UP'), peer('UP'), peer('DEGRADED')])).toBeUndefined();
  });

  it('tolerates the failure when the quorum reports it, and counts this instance in the reason', () => {
    expect(decide([peer('DOWN'), peer('UNKNOWN'), peer('UP'), peer('UP')])).toBe('shared outage: 3 of 5 instances');
    expect(decide([peer('DOWN'), peer('UP'), peer('UP'), peer('UP')])).toBeUndefined();
  });

  it('decides alone with fewer instances than required', () => {
    expect(decide([peer('DOWN'), peer('DOWN')])).toBeUndefined();
  });

  it.each([
    ['that were never ready', peer('DOWN', { wasReady: false })],
    ['that are lost', peer('DOWN', { phase: 'lost' })],
    ['that have left', peer('DOWN', { phase: 'left' })],
    ['that are draining', peer('DOWN', { phase: 'draining' })],
    ['that are starting', peer('DOWN', { phase: 'starting' })],
    ['without this indicator', peer(undefined)],
  ])('does not count instances %s', (_, ignored) => {
    expect(decide([peer('DOWN'), peer('DOWN'), ignored, ignored])).toBeUndefined();
    expect(decide([peer('DOWN'), peer('DOWN'), peer('DOWN'), ignored])).toBe('shared outage: 4 of 4 instances');
  });

  it('counts instances that refuse traffic', () => {
    expect(decide([peer('DOWN', { phase: 'refusing' }), peer('DOWN'), peer('DOWN')])).toBeDefined();
  });

  it('waits a moment for other instances to find the failure, but only if enough instances are known', () => {
    const well = [peer('UP'), peer('UP'), peer('UP')];
    expect(decide(well, { now: COMPARE_FOR })).toBe('comparing with 3 instances');
    expect(decide(well, { now: COMPARE_FOR + 1 })).toBeUndefined();
    expect(decide(well.slice(1), { now: 0 })).toBeUndefined();
  });

  it('holds the decision for a moment after the quorum was last met', () => {
    const mostlyWell = [peer('DOWN'), peer('UP'), peer('UP')];
    const now = 60_000;
    expect(decide(mostlyWell, { now, metAt: now - HOLD_FOR })).toBe('shared outage: 2 of 4 instances');
    expect(decide(mostlyWell, { now, metAt: now - HOLD_FOR - 1 })).toBeUndefined();
  });

  it('uses the last reports for a moment while the store is unavailable, then decides alone', () => {
    const down = [peer('DOWN'), peer('DOWN'), peer('DOWN')];
    expect(decide(down, { storeUnavailableFor: NEWS_LASTS })).toBeDefined();
    expect(decide(down, { storeUnavailableFor: NEWS_LASTS + 1 })).toBeUndefined();
    expect(decide(down, { storeUnavailableFor: Infinity })).toBeUndefined();
  });
});

/** A service of several instances that report to each other with delays, in steps. */
class Model {
  static readonly STEP = 250;
  now = 0;
  readonly #reported: { at: number; status: HealthStatus }[][];
  readonly #memories: (OutageMemory | undefined)[];

  constructor(
    readonly count: number,
    readonly wasReady: readonly boolean[],
  ) {
    this.#reported = Array.from({ length: count }, () => [{ at: 0, status: 'UP' as const }]);
    this.#memories = Array.from({ length: count });
  }

  /**
   * One step: the instances that fail now, and the delay of each report. Returns the instances that stay in the
   * balancer.
   */
  step(failing: readonly boolean[], delay: number): boolean[] {
    this.now += Model.STEP;
    for (const [index, fails] of failing.entries()) {
      this.#reported[index]?.push({ at: this.now + delay, status: fails ? 'DOWN' : 'UP' });
    }
    return failing.map((fails, index) => {
      if (!fails) {
        this.#memories[index] = undefined;
        return this.wasReady[index] ?? false;
      }
      if (!this.wasReady[index]) return false;
      const memory = this.#memories[index] ?? { failingSince: this.now, metAt: undefined };
      const peers = this.#seen().filter((_, other) => other !== index);
      const { because, isMet } = decideSharedOutage(
        'database',
        QUORUM,
        { peers, storeUnavailableFor: 0 },
        memory,
        this.now,
      );
      this.#memories[index] = isMet ? { ...memory, metAt: this.now } : memory;
      return because !== undefined;
    });
  }

  #seen(): FleetInstance[] {
    return this.#reported.map((reports, index) =>
      peer(reports.findLast(({ at }) => at <= this.now)?.status ?? 'UP', { wasReady: this.wasReady[index] ?? false }),
    );
  }
}

describe('the decisions of all instances together', () => {
  const fleets = fc.record({
    count: fc.integer({ min: 4, max: 9 }),
    delay: fc.integer({ min: 0, max: 1000 }),
    starts: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 9, maxLength: 9 }),
    ends: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 9, maxLength: 9 }),
    never: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
  });

  it('never take out all instances for a failure that they find within 1.5 s of each other', () => {
    expect(() =>
      fc.assert(
        fc.property(fleets, ({ count, delay, starts, ends }) => {
          const model = new Model(
            count,
            Array.from({ length: count }, () => true),
          );
          for (let step = 0; step < 60; step += 1) {
            const failing = Array.from(
              { length: count },
              (_, index) => step >= (starts[index] ?? 0) && step < 40 + (ends[index] ?? 0),
            );
            const stays = model.step(failing, delay);
            // All fail together. During the outage and while it ends, no instance is taken out.
            if (stays.includes(false)) {
              const failed = failing.filter(Boolean).length;
              const voters = count - 1;
              // Only instances that recover last, when less than half of the others still fail, may be taken out.
              if (step < 40 || failed - 1 >= voters / 2) return false;
            }
          }
          return true;
        }),
        { numRuns: 300 },
      ),
    ).not.toThrow();
  });

  it('take out only the instance with a fault of its own', () => {
    expect(() =>
      fc.assert(
        fc.property(fleets, ({ count, delay }) => {
          const model = new Model(
            count,
            Array.from({ length: count }, () => true),
          );
          let stays: boolean[] = [];
          for (let step = 0; step < 30; step += 1) {
            stays = model.step(
              Array.from({ length: count }, (_, index) => index === 0),
              delay,
            );
            if (stays.slice(1).includes(false)) return false;
          }
          return stays[0] === false;
        }),
        { numRuns: 100 },
      ),
    ).not.toThrow();
  });

  it('are not changed by instances that were never ready, which stay unready', () => {
    expect(() =>
      fc.assert(
        fc.property(fleets, ({ count, delay, never }) => {
          const wasReady = Array.from({ length: count }, (_, index) => index < 2 || !never[index]);
          const model = new Model(count, wasReady);
          for (let step = 0; step < 40; step += 1) {
            const stays = model.step(
              Array.from({ length: count }, () => true),
              delay,
            );
            if (stays.some((stay, index) => stay && !wasReady[index])) return false;
          }
          return true;
        }),
        { numRuns: 100 },
      ),
    ).not.toThrow();
  });
});
