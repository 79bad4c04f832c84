import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HealthReport } from '../../../src/core/report.js';
import type { HealthData } from '../../../src/core/result.js';
import type { HealthStatus } from '../../../src/core/status.js';
import type { HealthMonitor, LifecycleState } from '../../../src/extension/health-monitor.js';
import { Announcer } from '../../../src/fleet/announcer.js';
import { type FleetEntry, readEntry } from '../../../src/fleet/fleet-entry.js';
import { objectIn, readSigned } from '../../../src/fleet/signed-text.js';
import type { HealthStore } from '../../../src/stores/health-store.js';
import { never } from '../../support/latch.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

const KEY = 'fleet.test/orders/one';
const HEARTBEAT = 5000;
const RAN = { checked_at: '2026-11-20T10:00:00.000Z' };

type Details = Record<string, { status: HealthStatus; checked_at?: string; data?: HealthData }>;

/** An instance whose health the test sets, and the entries that it has written. */
class Instance {
  state: LifecycleState = { phase: 'starting' };
  ready: HealthStatus = 'UP';
  live: { status: HealthStatus; details: Details } = { status: 'UP', details: {} };
  readonly deep: Details = {};
  readonly written: FleetEntry[] = [];
  /** The fields of the last written entry. */
  lastFields: unknown;
  readonly outcomes: (string | undefined)[] = [];
  evaluations = 0;
  isLoggerBroken = false;
  put: HealthStore['put'] = () => Promise.resolve();
  isUnconnected = false;
  readonly announcer: Announcer;
  readonly #changed: ((change: { indicator: string; to: HealthStatus }) => unknown)[] = [];
  readonly #removed: ((indicator: string) => unknown)[] = [];
  readonly #states: (() => unknown)[] = [];

  constructor() {
    const put: HealthStore['put'] = (key, value, options) => {
      const signed = readSigned(key, value, undefined);
      this.written.push(readEntry(key, signed) as FleetEntry);
      this.lastFields = objectIn(signed);
      return this.put(key, value, options);
    };
    const isUnconnected = (): boolean => this.isUnconnected;
    const store = {
      put,
      get isUnconnected() {
        return isUnconnected();
      },
    } as HealthStore;
    this.announcer = new Announcer(
      {
        store,
        key: KEY,
        service: 'orders',
        instance: 'one',
        heartbeat: HEARTBEAT,
        secret: undefined,
        identity: {},
        onChange: () => undefined,
        onWrite: () => undefined,
        onOutcome: (failure) => {
          this.outcomes.push(failure);
          if (this.isLoggerBroken) throw new Error('the logger is broken');
        },
      },
      this.#monitor(),
      {
        report: () => {
          this.evaluations += 1;
          return Promise.resolve(this.#report('ready'));
        },
      },
    );
  }

  get last(): FleetEntry | undefined {
    return this.written.at(-1);
  }

  enter(phase: LifecycleState['phase']): void {
    this.state = { phase };
    for (const listener of this.#states) listener();
  }

  /** The check of an indicator has another result than before. */
  change(indicator: string, status: HealthStatus): void {
    this.deep[indicator] = { status, ...RAN };
    for (const listener of this.#changed) listener({ indicator, to: status });
  }

  remove(indicator: string): void {
    delete this.deep[indicator];
    for (const listener of this.#removed) listener(indicator);
  }

  async run(): Promise<void> {
    this.announcer.announce();
    this.announcer.start();
    this.enter('accepting');
    await advance(1000);
  }

  #report(name: string): HealthReport {
    const report = { ready: { status: this.ready, details: {} }, live: this.live }[name];
    return (report ?? { status: 'UP', details: this.deep }) as HealthReport;
  }

  #monitor(): HealthMonitor {
    const { state } = { state: () => this.state };
    return {
      get state() {
        return state();
      },
      peek: (name: string) => this.#report(name),
      onState: (listener: () => unknown) => {
        this.#states.push(listener);
        return () => undefined;
      },
      onChange: (listener: (change: { indicator: string; to: HealthStatus }) => unknown) => {
        this.#changed.push(listener);
        return () => undefined;
      },
      onRemoved: (listener: (indicator: string) => unknown) => {
        this.#removed.push(listener);
        return () => undefined;
      },
      onProbeChange: () => () => undefined,
    } as unknown as HealthMonitor;
  }
}

describe('Announcer', () => {
  useFakeClock();

  it('announces a starting instance and its heartbeats without running a check', async () => {
    const instance = new Instance();
    instance.announcer.announce();
    await advance(0);
    expect(instance.written).toMatchObject([{ phase: 'starting', wasReady: true, checks: {} }]);
    await advance(2 * HEARTBEAT);
    expect(instance.last).toMatchObject({ beat: 3, phase: 'starting', phaseFor: 2 * HEARTBEAT });
    expect(instance.evaluations).toBe(0);
    instance.announcer.start();
    instance.enter('accepting');
    await advance(HEARTBEAT);
    expect(instance.last).toMatchObject({ phase: 'accepting' });
    expect(instance.evaluations).toBe(2);
  });

  it('keeps the service of a dependency that does not respond, and forgets it when the indicator is removed', async () => {
    const instance = new Instance();
    const data = { reported_status: 'UP', reported_service: 'payments' };
    instance.deep['tenant-a'] = { status: 'UP', ...RAN, data };
    await instance.run();
    instance.change('tenant-a', 'DOWN');
    await advance(HEARTBEAT);
    expect(instance.last?.dependsOn).toStrictEqual(['payments']);
    instance.remove('tenant-a');
    await advance(HEARTBEAT);
    expect(instance.last?.dependsOn).toBeUndefined();
  });

  it('survives a logger that throws at a failure and at the recovery', async () => {
    const rejections: unknown[] = [];
    const record = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', record);
    onTestFinished(() => void process.off('unhandledRejection', record));
    const instance = new Instance();
    instance.isLoggerBroken = true;
    await instance.run();
    instance.put = () => Promise.reject(new Error('away'));
    await advance(HEARTBEAT);
    instance.put = () => Promise.resolve();
    await advance(HEARTBEAT);
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    expect(instance.outcomes).toStrictEqual(['away', undefined]);
    expect(instance.announcer.isFailing).toBe(false);
    expect(rejections).toStrictEqual([]);
  });

  it('leaves it to the application to connect the client of the store until the start', async () => {
    const instance = new Instance();
    instance.isUnconnected = true;
    instance.announcer.announce();
    await advance(2 * HEARTBEAT);
    expect(instance.written).toEqual([]);
    instance.isUnconnected = false;
    await advance(HEARTBEAT);
    expect(instance.written).toMatchObject([{ phase: 'starting', beat: 1 }]);
  });

  it('connects the client of the store at the start when the application has not connected it', async () => {
    const instance = new Instance();
    instance.isUnconnected = true;
    instance.announcer.announce();
    await advance(HEARTBEAT);
    instance.announcer.start();
    await advance(0);
    expect(instance.written).toMatchObject([{ phase: 'starting', beat: 1 }]);
  });

  it('does not connect the client of the store to write left when the start has failed', async () => {
    const instance = new Instance();
    instance.isUnconnected = true;
    instance.announcer.announce();
    await advance(HEARTBEAT);
    await instance.announcer.stop();
    expect(instance.written).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('notifies a store that is unavailable after the start, and not while the application connects its client', async () => {
    const instance = new Instance();
    instance.put = () => Promise.reject(new Error('not connected'));
    instance.announcer.announce();
    await advance(2 * HEARTBEAT);
    expect(instance.outcomes).toStrictEqual([]);
    instance.announcer.start();
    await advance(2 * HEARTBEAT);
    expect(instance.outcomes).toStrictEqual(['not connected']);
    instance.put = () => Promise.resolve();
    await advance(HEARTBEAT);
    expect(instance.outcomes).toStrictEqual(['not connected', undefined]);
  });

  it('writes since when an indicator is not UP, and nothing about the others', async () => {
    const instance = new Instance();
    await instance.run();
    instance.change('database', 'DOWN');
    instance.change('cache', 'UP');
    await advance(0);
    expect(instance.last?.checksFor).toStrictEqual(Object.assign(Object.create(null) as object, { database: 0 }));
    await advance(3 * HEARTBEAT);
    const { beat, checksFor = {} } = instance.last ?? {};
    expect(beat).toBeGreaterThan(3);
    expect(checksFor['database']).toBeGreaterThan(2 * HEARTBEAT);
    instance.change('database', 'UP');
    await advance(0);
    expect(instance.lastFields).not.toHaveProperty('checksFor');
  });

  it('counts from the last change, also when no write has contained the change before it', async () => {
    const instance = new Instance();
    await instance.run();
    instance.change('database', 'DOWN');
    await advance(10_000);
    instance.change('database', 'UP');
    instance.change('database', 'DOWN');
    await advance(1000);
    expect(instance.last?.checksFor?.['database']).toBeLessThan(1000);
  });

  it('writes the times of the 20 indicators that a reader lists', async () => {
    const instance = new Instance();
    await instance.run();
    for (let index = 0; index < 30; index += 1) instance.change(`check-${index}`, index < 15 ? 'DEGRADED' : 'DOWN');
    await advance(1000);
    const names = Object.keys(instance.last?.checksFor ?? {});
    expect(names).toHaveLength(20);
    expect(names.slice(0, 15)).toStrictEqual(Array.from({ length: 15 }, (_, index) => `check-${index + 15}`));
  });

  it('writes a failing live, and none that is not known because no prober requests it', async () => {
    const instance = new Instance();
    await instance.run();
    expect(instance.lastFields).not.toHaveProperty('live');
    instance.live = { status: 'UNKNOWN', details: { memory: { status: 'UNKNOWN' } } };
    await advance(HEARTBEAT);
    expect(instance.lastFields).not.toHaveProperty('live');
    instance.live = { status: 'DOWN', details: { memory: { status: 'DOWN', ...RAN } } };
    await advance(HEARTBEAT);
    expect(instance.last).toMatchObject({ live: 'DOWN', liveFor: 0 });
    await advance(HEARTBEAT);
    expect(instance.last).toMatchObject({ live: 'DOWN', liveFor: HEARTBEAT });
  });

  it('writes left when the start has failed, and nothing if the instance was never announced', async () => {
    const failed = new Instance();
    failed.announcer.announce();
    await advance(1000);
    await failed.announcer.stop();
    expect(failed.written.map(({ phase }) => phase)).toStrictEqual(['starting', 'left']);
    await advance(2 * HEARTBEAT);
    expect(failed.written).toHaveLength(2);

    const unknown = new Instance();
    await unknown.announcer.stop();
    unknown.announcer.announce();
    await advance(HEARTBEAT);
    expect(unknown.written).toStrictEqual([]);
  });

  /** Milliseconds until `stop()` has ended. */
  const stopTakes = async (instance: Instance): Promise<number> => {
    const began = performance.now();
    let took = Infinity;
    void instance.announcer.stop().then(() => (took = performance.now() - began));
    await advance(2000);
    return took;
  };

  it.each([
    ['500 ms if no write is under way', undefined, 500],
    ['the rest of the 500 ms in which the write of draining has not ended', 300, 200],
    ['no time if the drain has lasted longer than that', 700, 0],
  ])('waits for a frozen store %s', async (_, drainLasts, expected) => {
    const instance = new Instance();
    await instance.run();
    instance.put = () => never();
    if (drainLasts !== undefined) {
      instance.enter('draining');
      await advance(drainLasts);
    }
    await expect(stopTakes(instance)).resolves.toBe(expected);
  });

  it('does not wait longer than the store needs', async () => {
    const instance = new Instance();
    await instance.run();
    await expect(stopTakes(instance)).resolves.toBe(0);
    expect(instance.last?.phase).toBe('left');
  });
});
