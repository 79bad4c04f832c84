import { beforeEach, describe, expect, it } from 'vitest';
import { type HealthProbeChange, ProbeChanges } from '../../../src/core/probe-changes.js';
import type { HealthReport } from '../../../src/core/report.js';
import type { ReportStatus } from '../../../src/core/status.js';
import { START, advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

let status: ReportStatus = 'UNKNOWN';
let reason: string | undefined;
let details: HealthReport['details'] = {};
let peeks: string[] = [];
let faults: unknown[] = [];
let isStarted = true;
let changes: ProbeChanges;
let heard: HealthProbeChange[] = [];

const peek = (probe: string): HealthReport => {
  if (probe === 'nonsense') throw new Error('no such probe');
  peeks.push(probe);
  return {
    status,
    ...(reason !== undefined && { reason }),
    timestamp: START,
    details,
    service_info: { uptime_seconds: 0 },
  };
};
const newChanges = (): ProbeChanges =>
  new ProbeChanges(
    peek,
    () => isStarted,
    (fault) => faults.push(fault),
  );
const listen = (probe = 'ready'): (() => void) => changes.add(probe, (change) => heard.push(change));
const becomes = (next: ReportStatus, because?: string): void => {
  status = next;
  reason = because;
  changes.compare();
};
const steps = (): string[] => heard.map(({ from, to }) => `${from} to ${to}`);

beforeEach(() => {
  [status, reason, details, peeks, faults, heard] = ['UNKNOWN', undefined, {}, [], [], []];
  changes = newChanges();
});

describe('the changes of a probe', () => {
  it('are reported when each part of a composite has run', () => {
    const composite = (part: HealthReport['details'][string]): HealthReport['details'] => ({
      database: { status: 'UNKNOWN', details: { primary: { status: 'UP', checked_at: START }, replica: part } },
    });
    status = 'UP';
    listen();
    details = composite({ status: 'UNKNOWN' });
    becomes('UNKNOWN');
    expect(steps()).toEqual([]);
    details = composite({ status: 'UNKNOWN', checked_at: START });
    becomes('UNKNOWN');
    expect(steps()).toEqual(['UP to UNKNOWN']);
  });

  it('are reported with the previous status, the time and its duration', async () => {
    status = 'UP';
    listen();
    await advance(2000);
    becomes('OUT_OF_SERVICE', 'maintenance');
    becomes('OUT_OF_SERVICE', 'maintenance');
    await advance(500);
    becomes('UP');
    expect(heard).toEqual([
      {
        probe: 'ready',
        from: 'UP',
        to: 'OUT_OF_SERVICE',
        at: new Date(Date.parse(START) + 2000),
        lasted: 2000,
        reason: 'maintenance',
      },
      { probe: 'ready', from: 'OUT_OF_SERVICE', to: 'UP', at: new Date(Date.parse(START) + 2500), lasted: 500 },
    ]);
  });

  it('begin with the first known status: a start is not an outage, and a first status that passes is not a change', () => {
    status = 'OUT_OF_SERVICE';
    reason = 'starting';
    listen();
    becomes('OUT_OF_SERVICE', 'starting: catalogue');
    details = { stock: { status: 'UP', checked_at: START }, disk: { status: 'UNKNOWN', message: 'has not run yet' } };
    becomes('UNKNOWN');
    becomes('DEGRADED');
    details = { stock: { status: 'UP', checked_at: START }, disk: { status: 'SKIPPED' } };
    becomes('UP');
    expect(steps()).toEqual([]);
    becomes('UNKNOWN');
    becomes('OUT_OF_SERVICE', 'starting: catalogue');
    expect(steps()).toEqual(['UP to UNKNOWN', 'UNKNOWN to OUT_OF_SERVICE']);
  });

  it('begin with a first status that fails, without a previous status', () => {
    details = { stock: { status: 'UNKNOWN', message: 'has not run yet' } };
    listen();
    becomes('DOWN');
    expect(heard).toMatchObject([{ from: 'UNKNOWN', to: 'DOWN', lasted: undefined }]);

    heard = [];
    changes = newChanges();
    details = { stock: { status: 'UNKNOWN', message: 'has not run yet' } };
    status = 'UNKNOWN';
    listen();
    details = { stock: { status: 'UNKNOWN', message: 'nobody can say', checked_at: START } };
    changes.compare();
    expect(heard).toMatchObject([{ from: 'UNKNOWN', to: 'UNKNOWN', lasted: undefined }]);
  });

  it('begin with a maintenance that exists from the beginning, because that is not a start', () => {
    becomes('OUT_OF_SERVICE', 'starting: cache');
    listen();
    expect(heard).toEqual([]);
    becomes('OUT_OF_SERVICE', 'maintenance');
    expect(heard).toMatchObject([{ to: 'OUT_OF_SERVICE', reason: 'maintenance' }]);
  });

  it('begin when the application has started, even without indicators before', () => {
    isStarted = false;
    status = 'UP';
    listen();
    becomes('DOWN');
    isStarted = true;
    becomes('UP');
    expect(steps()).toEqual([]);
  });

  it('are not caused by an indicator that was added later and has not run', () => {
    status = 'UP';
    listen();
    details = { late: { status: 'UNKNOWN', message: 'has not run yet' } };
    becomes('UNKNOWN');
    becomes('DEGRADED');
    details = { late: { status: 'UP', checked_at: START } };
    becomes('UP');
    expect(steps()).toEqual([]);
    details = { late: { status: 'UNKNOWN', message: 'has not run yet' } };
    becomes('OUT_OF_SERVICE', 'starting: catalogue');
    expect(steps()).toEqual(['UP to OUT_OF_SERVICE']);
  });

  it('are not sent to listeners that are added later', () => {
    status = 'DOWN';
    listen();
    changes.compare();
    expect(steps()).toEqual([]);
  });

  it('are computed once after any number of runs, and only when there are listeners', async () => {
    changes.scheduleCompare();
    await advance(0);
    expect(peeks).toEqual([]);

    status = 'UP';
    const ends = [listen(), listen()];
    peeks = [];
    status = 'DOWN';
    for (let run = 0; run < 1000; run += 1) changes.scheduleCompare();
    expect(peeks).toEqual([]);
    await advance(0);
    expect(peeks).toEqual(['ready']);
    expect(steps()).toEqual(['UP to DOWN', 'UP to DOWN']);
    changes.scheduleCompare();
    await advance(0);
    expect(peeks).toHaveLength(2);

    ends[0]?.();
    changes.compare();
    expect(peeks).toHaveLength(3);
    ends[1]?.();
    changes.compare();
    expect(peeks).toHaveLength(3);
  });

  it('reach the other listeners when one throws', () => {
    status = 'UP';
    changes.add('ready', () => {
      throw new Error('a listener of the test');
    });
    listen();
    becomes('DOWN');
    expect(steps()).toEqual(['UP to DOWN']);
    expect(faults).toEqual([new Error('a listener of the test')]);
  });

  it('cannot be observed for an unknown probe', () => {
    expect(() => listen('nonsense')).toThrow('no such probe');
    changes.compare();
  });

  it('are sent to a listener that was removed twice and is added again', () => {
    status = 'UP';
    const end = listen();
    end();
    listen();
    end();
    becomes('DOWN');
    expect(steps()).toEqual(['UP to DOWN']);
  });
});
