import { describe, expect, it } from 'vitest';
import type { HealthStatus } from '../../../src/core/status.js';
import type { FleetInstance, FleetPhase } from '../../../src/fleet/fleet-instance.js';
import { COMPARE_FOR, HOLD_FOR, PEERS_VALID_FOR, decideSharedOutage } from '../../../src/fleet/shared-outage.js';

const QUORUM = { quorum: 0.5, minPeers: 3 };

function peer(
  database: HealthStatus | undefined,
  { wasReady = true, phase = 'accepting' }: { wasReady?: boolean; phase?: FleetPhase } = {},
): FleetInstance {
  return {
    phase,
    phaseSince: 0,
    readySince: 0,
    lastSeen: 0,
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
    expect(decide(down, { storeUnavailableFor: PEERS_VALID_FOR })).toBeDefined();
    expect(decide(down, { storeUnavailableFor: PEERS_VALID_FOR + 1 })).toBeUndefined();
    expect(decide(down, { storeUnavailableFor: Infinity })).toBeUndefined();
  });
});
