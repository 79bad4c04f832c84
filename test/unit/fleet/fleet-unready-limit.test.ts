import { describe, expect, it } from 'vitest';
import type { HealthStatus } from '../../../src/core/status.js';
import type { FleetInstance, FleetPhase } from '../../../src/fleet/fleet-instance.js';
import { PEERS_VALID_FOR } from '../../../src/fleet/shared-outage.js';
import { OTHERS_FIRST, type UnreadyDecision, decideUnready } from '../../../src/fleet/fleet-unready-limit.js';

interface Peer {
  instance?: string;
  ready?: HealthStatus;
  overload?: HealthStatus;
  phase?: FleetPhase;
  wasReady?: boolean;
}

function peer({
  instance = 'z',
  ready = 'UP',
  overload = 'UP',
  phase = 'accepting',
  wasReady = true,
}: Peer = {}): FleetInstance {
  return {
    phase,
    phaseSince: 0,
    readySince: 0,
    lastSeen: 0,
    entry: {
      service: 'orders',
      instance,
      boot: 'a',
      beat: 1,
      heartbeat: 5000,
      version: undefined,
      commit: undefined,
      phase: 'accepting',
      phaseFor: 0,
      ready,
      readyFor: 0,
      wasReady,
      checks: { overload },
    },
  };
}

const decision = (
  maxUnready: number,
  peers: readonly FleetInstance[],
  { instance = 'm', storeUnavailableFor = 0, waited = 0 } = {},
): UnreadyDecision => decideUnready('overload', maxUnready, { instance, peers, storeUnavailableFor }, waited);

const decide = (
  maxUnready: number,
  peers: readonly FleetInstance[],
  { instance = 'm', storeUnavailableFor = 0, waited = 0 } = {},
): string | undefined => {
  const { refusal, wait } = decision(maxUnready, peers, { instance, storeUnavailableFor, waited });
  return refusal ?? wait;
};

const well = (count: number): FleetInstance[] => Array.from({ length: count }, () => peer());
const down = peer({ ready: 'DOWN', overload: 'DOWN' });

describe('decideUnready', () => {
  it('lets an instance become unready while fewer instances than the limit are unready', () => {
    expect(decide(2, well(4))).toBeUndefined();
    expect(decide(2, [down, ...well(3)])).toBeUndefined();
    expect(decide(2, [down, down, ...well(2)])).toBe('2 of 5 instances are unready, the limit is 2');
  });

  it('rounds a fraction of the instances down', () => {
    expect(decide(0.5, [down, ...well(3)])).toBeUndefined();
    expect(decide(0.5, [down, down, ...well(2)])).toContain('2 of 5');
    expect(decide(0.5, [])).toContain('0 of 1');
  });

  it('never lets the last instance become unready, whatever the limit is', () => {
    expect(decide(100, [down, down])).toBe('2 of 3 instances are unready, the limit is 2');
    expect(decide(0.99, [])).toBeDefined();
  });

  it.each([
    ['that are draining', peer({ phase: 'draining' })],
    ['that refuse traffic', peer({ phase: 'refusing' })],
    ['that have an unknown status', peer({ ready: 'UNKNOWN' })],
  ])('counts instances %s as unready', (_, unready) => {
    expect(decide(1, [unready, ...well(3)])).toContain('1 of 5');
  });

  it.each([
    ['that are lost', peer({ phase: 'lost', ready: 'DOWN' })],
    ['that have left', peer({ phase: 'left', ready: 'DOWN' })],
    ['that were never ready', peer({ wasReady: false, ready: 'DOWN' })],
  ])('does not count instances %s', (_, ignored) => {
    expect(decide(1, [ignored, ignored, ...well(1)])).toBeUndefined();
    expect(decide(1, [ignored, ignored])).toBeDefined();
  });

  it('keeps the instance ready without data of other instances', () => {
    expect(decide(2, well(4), { storeUnavailableFor: PEERS_VALID_FOR })).toBeUndefined();
    expect(decide(2, well(4), { storeUnavailableFor: PEERS_VALID_FOR + 1 })).toContain('is unknown');
    expect(decide(2, [], { storeUnavailableFor: Infinity })).toContain('is unknown');
  });

  it('lets overloaded instances ask for a place in the order of their names, the others after a while', () => {
    const overloaded = [peer({ instance: 'a', overload: 'DEGRADED' }), peer({ instance: 'b', overload: 'DEGRADED' })];
    const peers = [...overloaded, ...well(5)];
    expect(decide(1, peers, { instance: 'A' })).toBeUndefined();
    expect(decide(2, peers)).toContain('2 other instances are overloaded');
    expect(decide(1, peers, { waited: OTHERS_FIRST - 1 })).toContain('2 other instances are overloaded');
    expect(decide(1, peers, { waited: OTHERS_FIRST })).toBeUndefined();
    expect(decide(3, peers)).toBeUndefined();
  });

  it('leaves the places of instances that are unready for another reason free', () => {
    const broken = peer({ ready: 'DOWN' });
    const overloaded = peer({ instance: 'a', overload: 'DEGRADED' });
    expect(decision(4, [down, broken, broken, overloaded, ...well(3)])).toMatchObject({ most: 4, places: 2, first: 2 });
  });
});
