import { beforeEach, describe, expect, it } from 'vitest';
import type { HealthChange } from '../../../src/core/health-change.js';
import type { HealthProbeChange } from '../../../src/core/probe-changes.js';
import { HealthRecord, type Transition } from '../../../src/dashboard/health-record.js';
import type { EventLoopStall } from '../../../src/extension/event-loop-stall.js';
import type { HealthMonitor, HealthRun, LifecycleState } from '../../../src/extension/health-monitor.js';
import { stallOf } from '../../support/event-loop-stall.js';
import { START, advance, useFakeClock } from '../../support/fake-clock.js';

/** A monitor whose events the test sends. */
class FakeMonitor {
  readonly probes = ['ready'];
  readonly listeners = new Set<unknown>();
  state: LifecycleState = { phase: 'accepting' };
  run: (run: HealthRun) => unknown = () => undefined;
  change: (change: HealthChange) => unknown = () => undefined;
  probe: (change: HealthProbeChange) => unknown = () => undefined;
  stall: (stall: EventLoopStall) => unknown = () => undefined;
  removed: (indicator: string) => unknown = () => undefined;
  #onState: (state: LifecycleState) => unknown = () => undefined;

  become(state: LifecycleState): void {
    this.state = state;
    this.#onState(state);
  }

  onRun = (listener: typeof this.run) => this.#keep(listener, () => (this.run = listener));
  onChange = (listener: typeof this.change) => this.#keep(listener, () => (this.change = listener));
  onProbeChange = (_probe: string, listener: typeof this.probe) => this.#keep(listener, () => (this.probe = listener));
  onStall = (listener: typeof this.stall) => this.#keep(listener, () => (this.stall = listener));
  onRemoved = (listener: typeof this.removed) => this.#keep(listener, () => (this.removed = listener));
  onState = (listener: (state: LifecycleState) => unknown) => this.#keep(listener, () => (this.#onState = listener));

  #keep(listener: unknown, take: () => void): () => void {
    take();
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const runOf = (more: Partial<HealthRun>): HealthRun => ({
  indicator: 'database',
  outcome: 'UP',
  status: 'UP',
  isTimeout: false,
  finishedAt: new Date(),
  duration: 3,
  ...more,
});
const changeOf = (more: Partial<HealthChange>): HealthChange => ({
  indicator: 'database',
  critical: true,
  from: 'UP',
  to: 'DOWN',
  at: new Date(),
  lasted: 5000,
  ...more,
});

describe('HealthRecord', () => {
  useFakeClock();
  let monitor: FakeMonitor;
  let record: HealthRecord;
  let told: Transition[];
  let end: () => void;

  beforeEach(() => {
    monitor = new FakeMonitor();
    told = [];
    record = new HealthRecord({ entries: 5, maxAge: 60_000 }, (transition) => told.push(transition));
    end = record.listen(monitor as unknown as HealthMonitor);
  });

  it('keeps a stall of the event loop, with the place that blocked it', () => {
    monitor.stall(stallOf(4200));
    expect(told).toEqual([
      {
        kind: 'event-loop',
        name: '',
        from: 'turning',
        to: 'blocked',
        at: Date.parse('2026-11-27T06:00:00.000Z'),
        lasted: 4200,
        reason: 'parseOrders (orders.service.ts:112)',
      },
    ]);
  });

  it('keeps only the transitions of an indicator that was removed', () => {
    monitor.run(runOf({ outcome: 'DOWN', error: 'connection refused' }));
    monitor.change(changeOf({}));
    expect(record.runs('database')).toHaveLength(1);
    expect(record.since('indicator', 'database', 'DOWN')).toBe(Date.parse(START));
    monitor.removed('database');
    expect(record.runs('database')).toEqual([]);
    expect(record.lastError('database')).toBeUndefined();
    expect(record.since('indicator', 'database', 'DOWN')).toBeUndefined();
    expect(record.transitions(Date.now())).toHaveLength(1);
  });

  it('keeps the changes of indicators, probes and the application, the latest first', async () => {
    monitor.change(changeOf({ error: 'connection refused', cause: new Error('secret') }));
    await advance(1000);
    monitor.probe({ probe: 'ready', from: 'UP', to: 'DOWN', at: new Date(), lasted: undefined });
    monitor.become({ phase: 'refusing', reason: 'maintenance' });
    await advance(2000);
    monitor.become({ phase: 'draining', drainStep: 'balancers', reason: 'shutting down' });
    const start = Date.parse(START);
    const all = [
      {
        kind: 'application',
        name: '',
        from: 'refusing',
        to: 'draining: balancers',
        at: start + 3000,
        lasted: 2000,
        reason: 'shutting down',
      },
      {
        kind: 'application',
        name: '',
        from: 'accepting',
        to: 'refusing',
        at: start + 1000,
        lasted: 1000,
        reason: 'maintenance',
      },
      { kind: 'probe', name: 'ready', from: 'UP', to: 'DOWN', at: start + 1000 },
      {
        kind: 'indicator',
        name: 'database',
        from: 'UP',
        to: 'DOWN',
        at: start,
        lasted: 5000,
        reason: 'connection refused',
      },
    ];
    expect(record.transitions(Date.now())).toEqual(all);
    expect(told.toReversed()).toEqual(all);
    expect(record.stateSince).toBe(start + 3000);
    monitor.become({ phase: 'draining', drainStep: 'work', reason: 'shutting down' });
    expect(record.transitions(Date.now())[0]).toMatchObject({ from: 'draining: balancers', to: 'draining: work' });
  });

  it('limits the number and the age of transitions, and keeps the time of the current state', async () => {
    for (let index = 0; index < 100; index += 1) monitor.change(changeOf({ to: index % 2 === 0 ? 'DOWN' : 'UP' }));
    expect(record.transitions(Date.now())).toHaveLength(5);
    const at = Date.now();
    await advance(60_000);
    expect(record.transitions(Date.now())).toHaveLength(5);
    await advance(1);
    expect(record.transitions(Date.now())).toEqual([]);
    expect(record.since('indicator', 'database', 'UP')).toBe(at);
    expect(record.since('indicator', 'database', 'DOWN')).toBeUndefined();
    expect(record.since('probe', 'database', 'UP')).toBeUndefined();
  });

  it('keeps the latest runs of each check, and the last error of a check until the next one', () => {
    for (let index = 0; index < 100; index += 1) monitor.run(runOf({ duration: index }));
    expect(record.runs('database')).toHaveLength(40);
    expect(record.runs('database').at(-1)).toEqual({ took: 99, failed: false });
    expect(record.runs('nobody')).toEqual([]);
    expect(record.lastError('database')).toBeUndefined();
    monitor.run(runOf({ outcome: 'DOWN', error: 'e'.repeat(10_000), code: 'ECONNREFUSED' }));
    monitor.run(runOf({}));
    expect(record.lastError('database')).toMatchObject({ code: 'ECONNREFUSED', at: Date.parse(START) });
    expect(record.lastError('database')?.text).toHaveLength(300);
    monitor.run(runOf({ outcome: 'DOWN', message: 'no' }));
    expect(record.lastError('database')?.text).toBe('no');
    monitor.run(runOf({ outcome: 'OUT_OF_SERVICE' }));
    expect(record.lastError('database')?.text).toBe('OUT_OF_SERVICE');
  });

  it('does not record a skipped check as a run', () => {
    monitor.run(runOf({ outcome: 'SKIPPED' }));
    expect(record.runs('database')).toEqual([]);
  });

  it('removes all its listeners when it ends', () => {
    expect(monitor.listeners.size).toBe(6);
    end();
    expect(monitor.listeners.size).toBe(0);
  });
});
