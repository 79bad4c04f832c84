import { describe, expect, it } from 'vitest';
import type { FleetEntry } from '../../../src/fleet/fleet-entry.js';
import { FleetHistory } from '../../../src/fleet/fleet-history.js';
import type { FleetInstance } from '../../../src/fleet/fleet-instance.js';
import type { StoreConnection } from '../../../src/fleet/roster.js';

const CONNECTED: StoreConnection = { isConnected: true, since: 1, error: undefined };
const AWAY: StoreConnection = { isConnected: false, since: 1, error: 'away' };

function instance(
  name: string,
  entry: Partial<FleetEntry> = {},
  phase: FleetInstance['phase'] = 'accepting',
): FleetInstance {
  return {
    entry: {
      service: 'orders',
      instance: name,
      boot: 'a',
      beat: 1,
      heartbeat: 5000,
      version: '1.0.0',
      commit: undefined,
      phase: 'accepting',
      phaseFor: 0,
      ready: 'UP',
      readyFor: 0,
      wasReady: true,
      checks: {},
      ...entry,
    },
    phase,
    phaseSince: 0,
    readySince: 0,
    lastSeen: 0,
  };
}

/** The events from comparing each of the given states with the previous state, newest first. */
function eventsOf(...states: FleetInstance[][]): string[] {
  const history = new FleetHistory();
  for (const state of states) history.compare(state, CONNECTED);
  return history.events.map(({ kind, instances = [], version = '' }) =>
    `${instances.join()} ${kind} ${version}`.trim(),
  );
}

describe('FleetHistory', () => {
  it('does not record the first state as a change', () => {
    expect(eventsOf([instance('one'), instance('two', {}, 'lost')])).toStrictEqual([]);
  });

  it('records an instance that appears, is lost and is back', () => {
    expect(eventsOf([], [instance('one')], [instance('one', {}, 'lost')], [instance('one')])).toStrictEqual([
      'one recovered',
      'one lost',
      'one joined 1.0.0',
    ]);
  });

  it('records an instance that returns after its entry has vanished as joined', () => {
    const [one, two, other] = [instance('one'), instance('two'), instance('one', { service: 'stock' })];
    expect(eventsOf([one, two, other], [two, other], [one, two], [one, two, other])).toStrictEqual([
      'one joined 1.0.0',
      'one joined 1.0.0',
    ]);
  });

  it('records a shutdown and the next start with another version', () => {
    expect(
      eventsOf(
        [instance('one')],
        [instance('one', {}, 'draining')],
        [instance('one', {}, 'left')],
        [instance('one', { boot: 'b', version: '1.1.0' }, 'starting')],
      ),
    ).toStrictEqual(['one restarted 1.0.0 → 1.1.0', 'one left', 'one draining']);
  });

  it('records readiness, but not the wait before the first readiness', () => {
    const starting = instance('one', { ready: 'DOWN', wasReady: false });
    expect(
      eventsOf([starting], [instance('one')], [instance('one', { ready: 'DOWN' })], [instance('one', {}, 'refusing')]),
    ).toStrictEqual(['one refusing', 'one not ready', 'one ready']);
  });

  it('combines the same change of many instances into one event', () => {
    const history = new FleetHistory();
    const many = (entry: Partial<FleetEntry>) =>
      Array.from({ length: 1000 }, (_, index) => instance(`i${index}`, entry));
    history.compare(many({}), CONNECTED);
    history.compare(many({ ready: 'DOWN' }), CONNECTED);
    expect(history.events).toStrictEqual([
      {
        at: expect.any(String) as unknown,
        kind: 'not ready',
        service: 'orders',
        instances: ['i0', 'i1', 'i2', 'i3', 'i4'],
        count: 1000,
      },
    ]);
  });

  it('records that the store is unavailable and available again, and keeps the newest 50 events', () => {
    const history = new FleetHistory();
    history.compare([], { isConnected: false, since: undefined, error: undefined });
    for (let index = 0; index < 60; index += 1) history.compare([], index % 2 === 0 ? CONNECTED : AWAY);
    expect(history.events).toHaveLength(50);
    expect(history.events.slice(0, 2).map(({ kind }) => kind)).toStrictEqual(['store disconnected', 'store connected']);
  });
});
