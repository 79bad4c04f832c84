import { describe, expect, it } from 'vitest';
import type { HealthStatus } from '../../../src/core/status.js';
import { countFleet } from '../../../src/fleet/fleet-counts.js';
import type { FleetInstance, FleetPhase } from '../../../src/fleet/fleet-instance.js';

const NONE = new Map<string, number>();

interface State {
  readonly phase?: FleetPhase;
  readonly ready?: HealthStatus;
  readonly failing?: readonly string[];
}

function instanceOf(service: string, { phase = 'accepting', ready = 'UP', failing = [] }: State = {}): FleetInstance {
  const checks = Object.fromEntries(failing.map((name) => [name, 'DOWN' as const]));
  const entry = {
    service,
    instance: 'one',
    boot: '1',
    beat: 1,
    heartbeat: 5000,
    version: undefined,
    commit: undefined,
    phase: phase === 'lost' ? 'accepting' : phase,
    phaseFor: 0,
    ready,
    readyFor: 0,
    wasReady: true,
    checks: { ...checks, memory: 'UP', disk: 'DEGRADED' },
  } as const;
  return { entry, phase, phaseSince: 0, readySince: 0, lastSeen: 0 };
}

/** Names whose alphabetical order is their numerical order. */
const named = (prefix: string, length: number): string[] =>
  Array.from({ length }, (_, index) => `${prefix}-${String(index).padStart(3, '0')}`);

describe('countFleet', () => {
  it('counts phases, ready instances and failing indicators', () => {
    const [counted, ...others] = countFleet(
      [
        instanceOf('orders'),
        instanceOf('orders', { ready: 'DEGRADED' }),
        instanceOf('orders', { ready: 'DOWN', failing: ['database'] }),
        instanceOf('orders', { phase: 'refusing', failing: ['database', 'queue'] }),
        instanceOf('orders', { phase: 'lost', failing: ['database'] }),
        instanceOf('orders', { phase: 'left', failing: ['database'] }),
      ],
      new Map([['orders', 3]]),
    );
    expect(others).toEqual([]);
    expect(counted).toEqual({
      service: 'orders',
      phases: { starting: 0, accepting: 3, refusing: 1, draining: 0, left: 1, lost: 1 },
      ready: 2,
      expected: 3,
      failing: new Map([
        ['database', 2],
        ['queue', 1],
      ]),
    });
  });

  it('lists expected services first, also unknown ones, and each part in the order of the names', () => {
    const counted = countFleet(
      [instanceOf('b'), instanceOf('z'), instanceOf('a')],
      new Map([
        ['z', 1],
        ['unknown', 2],
      ]),
    );
    expect(counted.map(({ service, ready, expected }) => [service, ready, expected])).toEqual([
      ['unknown', 0, 2],
      ['z', 1, 1],
      ['a', 1, undefined],
      ['b', 1, undefined],
    ]);
  });

  it('counts at most 200 services, and never drops an expected one', () => {
    const names = named('a', 200);
    const all = countFleet(
      names.toReversed().map((name) => instanceOf(name)),
      NONE,
    );
    expect(all.map(({ service }) => service)).toEqual(names);
    const bounded = countFleet(
      names.map((name) => instanceOf(name)),
      new Map([['orders', 1]]),
    );
    expect(bounded.map(({ service }) => service)).toEqual(['orders', ...names.slice(0, 199)]);
  });

  it('counts at most 50 failing indicators of a service: those that fail at most instances', () => {
    const names = named('check', 50);
    const at = (failing: readonly string[]) => instanceOf('orders', { failing });
    expect([...(countFleet([at(names)], NONE)[0]?.failing.keys() ?? [])]).toEqual(names);
    const [counted] = countFleet([at([...names, 'worst']), at(['worst'])], NONE);
    expect([...(counted?.failing ?? [])]).toEqual([['worst', 2], ...names.slice(0, 49).map((name) => [name, 1])]);
  });
});
