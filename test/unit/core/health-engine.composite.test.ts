import { type Mock, describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import { CheckHistory } from '../../../src/core/check-history.js';
import type { HealthChange } from '../../../src/core/health-change.js';
import { type HealthResult, degraded, down, up } from '../../../src/core/result.js';
import { UnknownProbeError } from '../../../src/errors/unknown-probe.error.js';
import { checkSettings } from '../../support/check-definition.js';
import { RecordedEngine } from '../../support/engine.js';
import { advance, timeAfter, useFakeClock } from '../../support/fake-clock.js';
import { latch } from '../../support/latch.js';

type Check = CheckDefinition['check'];

const gone = (): ReturnType<typeof down> => down('gone');
const always = { ttl: 0 } as const;

/** The status of a report and of everything in it, by full name. */
async function statuses(health: RecordedEngine, probe: string): Promise<Record<string, string>> {
  const { status, details } = await health.report(probe);
  const found: Record<string, string> = { report: status };
  for (const [name, detail] of Object.entries(details)) {
    found[name] = detail.status;
    for (const [part, { status: own }] of Object.entries(detail.details ?? {})) found[`${name}/${part}`] = own;
  }
  return found;
}

const engineWith = (atLeast: number | undefined, critical = true): RecordedEngine =>
  new RecordedEngine({ composites: new Map([['database', { atLeast, critical }]]) });

describe('a composite', () => {
  useFakeClock();

  it('is one entry that contains its parts, at the position of its first part', async () => {
    const health = new RecordedEngine()
      .add('disk', () => up(), always)
      .add('database/primary', () => up({ lag: 1 }), always)
      .add('cache', () => up(), always)
      .add('database/replica', () => up(), always);
    const { status, details } = await health.report('ready');
    expect(status).toBe('UP');
    expect(Object.keys(details)).toEqual(['disk', 'database', 'cache']);
    expect(details['database']).toEqual({
      status: 'UP',
      details: {
        primary: expect.objectContaining({ status: 'UP', data: { lag: 1 } }) as object,
        replica: expect.any(Object) as object,
      },
    });
    expect(Object.isFrozen(details['database']?.details)).toBe(true);
  });

  it('has the status of its worst part by default, and names the failing parts', async () => {
    const health = new RecordedEngine()
      .add('database/primary', () => up(), always)
      .add('database/replica', gone, always);
    const { status, details } = await health.report('ready');
    expect(status).toBe('DOWN');
    expect(details['database']).toMatchObject({ status: 'DOWN', critical: true, error: 'replica is DOWN' });
    expect(details['database']?.details?.['replica']).toMatchObject({ status: 'DOWN', critical: true, error: 'gone' });
  });

  it('is degraded by a part that is not critical', async () => {
    const health = new RecordedEngine()
      .add('database/primary', () => up(), always)
      .add('database/replica', gone, { ...always, critical: false });
    expect(await statuses(health, 'ready')).toEqual({
      report: 'DEGRADED',
      database: 'DEGRADED',
      'database/primary': 'UP',
      'database/replica': 'DOWN',
    });
  });

  it('passes with any of its parts, none of which is critical alone', async () => {
    const primary = vi.fn<Check>(() => up());
    const health = engineWith(1).add('database/primary', primary, always).add('database/replica', gone, always);
    const first = await health.report('ready');
    expect(first.status).toBe('DEGRADED');
    expect(first.details['database']).toMatchObject({ status: 'DEGRADED', critical: true, message: 'replica is DOWN' });
    expect(first.details['database']?.details?.['replica']).toMatchObject({ status: 'DOWN', critical: false });
    expect(health.changes).toMatchObject([{ indicator: 'database/replica', critical: false, to: 'DOWN' }]);
    primary.mockImplementation(gone);
    await advance(10);
    expect(await health.report('ready')).toMatchObject({
      status: 'DOWN',
      details: { database: { status: 'DOWN', error: 'primary is DOWN, replica is DOWN' } },
    });
  });

  it('degrades the report at most when it is not critical', async () => {
    const health = engineWith(undefined, false).add('database/primary', gone, always);
    const { status, details } = await health.report('ready');
    expect([status, details['database']?.critical]).toEqual(['DEGRADED', false]);
    expect(details['database']?.details?.['primary']).toMatchObject({ status: 'DOWN', critical: false });
    expect((await health.report('database')).status).toBe('DOWN');
  });

  it('has the parts that are members of the probe', async () => {
    const health = engineWith(2)
      .add('database/primary', () => up(), always)
      .add('database/replica', gone, { ...always, probes: [] });
    expect(await statuses(health, 'ready')).toEqual({ report: 'UP', database: 'UP', 'database/primary': 'UP' });
    expect(await statuses(health, 'live')).toEqual({ report: 'UP' });
    expect(await statuses(health, 'deep')).toMatchObject({ report: 'DOWN', database: 'DOWN' });
  });

  it('is reported by its name with all parts, and a part by its full name', async () => {
    const primary = vi.fn<Check>(() => up());
    const replica = vi.fn<Check>(gone);
    const health = engineWith(1)
      .add('database/primary', primary, always)
      .add('database/replica', replica, { ...always, critical: false });
    expect(await statuses(health, 'database/primary')).toEqual({ report: 'UP', 'database/primary': 'UP' });
    expect([primary.mock.calls.length, replica.mock.calls.length]).toEqual([1, 0]);
    expect(await statuses(health, 'database/replica')).toEqual({ report: 'DOWN', 'database/replica': 'DOWN' });
    expect(await statuses(health, 'database')).toEqual({
      report: 'DEGRADED',
      database: 'DEGRADED',
      'database/primary': 'UP',
      'database/replica': 'DOWN',
    });
  });

  it('is in a group with all parts, or with the parts that the group names', async () => {
    const groups = new Map([
      ['whole', { indicators: ['database'], tags: [] }],
      ['half', { indicators: ['database/primary'], tags: [] }],
    ]);
    const health = new RecordedEngine({ groups })
      .add('database/primary', () => up(), { ...always, probes: [] })
      .add('database/replica', gone, { ...always, probes: [] });
    expect(await statuses(health, 'whole')).toMatchObject({
      report: 'DOWN',
      database: 'DOWN',
      'database/replica': 'DOWN',
    });
    expect(await statuses(health, 'half')).toEqual({ report: 'UP', database: 'UP', 'database/primary': 'UP' });
  });

  it('changes with the settings of its parts: a disabled part does not count', async () => {
    const health = new RecordedEngine()
      .add('database/primary', () => up(), always)
      .add('database/replica', gone, always);
    expect((await health.report('ready')).status).toBe('DOWN');
    health.engine.configure('database/replica', checkSettings({ ttl: 0, enabled: false }), { reason: 'rebuild' });
    const { status, details } = await health.report('ready');
    expect([status, details['database']?.status]).toEqual(['UP', 'UP']);
    expect(details['database']?.details?.['replica']).toMatchObject({
      status: 'SKIPPED',
      override: { reason: 'rebuild' },
    });
  });

  it('is removed with its last part, and is created again with the next part', async () => {
    const health = new RecordedEngine().add('database/primary', () => up(), always);
    expect((await health.report('database')).status).toBe('UP');
    health.add('database/replica', gone, always);
    expect((await health.report('database')).status).toBe('DOWN');
    const removed: string[] = [];
    health.engine.onRemoved((name) => removed.push(name));
    health.engine.remove('database/replica');
    health.engine.remove('database/primary');
    await advance(0);
    expect(removed).toEqual(['database/replica', 'database/primary', 'database']);
    expect(health.engine.has('database')).toBe(false);
    expect(() => health.engine.evaluate('database')).toThrow(UnknownProbeError);
    health.add('database/primary', gone, always);
    expect((await health.report('database')).status).toBe('DOWN');
  });

  it('runs all its parts at once on request', async () => {
    const checks = [vi.fn<Check>(() => up()), vi.fn<Check>(() => up())] as const;
    const health = new RecordedEngine().add('database/primary', checks[0]).add('database/replica', checks[1]);
    await health.engine.runNow('database');
    expect(checks.map((check) => check.mock.calls.length)).toEqual([1, 1]);
  });

  it('is neither a probe nor an indicator, and the errors say so', () => {
    const { engine } = new RecordedEngine().add('database/primary', () => up());
    expect(() => engine.requireProbe('database')).toThrow('"database" is a composite: use check("database")');
    expect(() => engine.requireIndicator('database')).toThrow(
      '"database" is a composite: use the name of one of its parts. Known names: database/primary.',
    );
  });

  it('tolerates the failure of a shared part in ready', async () => {
    const primary = vi.fn<Check>().mockReturnValueOnce(up()).mockImplementation(gone);
    const health = new RecordedEngine().add('database/primary', primary, { ...always, shared: true });
    expect((await health.report('ready')).status).toBe('UP');
    await advance(10);
    const { status, details } = await health.report('ready');
    expect([status, details['database']?.status]).toEqual(['DEGRADED', 'DEGRADED']);
    expect(details['database']?.details?.['primary']).toMatchObject({
      status: 'DOWN',
      shared: 'every instance depends on it',
    });
    expect((await health.report('deep')).status).toBe('DOWN');
  });
});

describe('a composite at the start', () => {
  useFakeClock();

  const startup = { probes: ['startup', 'ready'], ttl: 0 } as const;

  it('is awaited until enough parts have passed once', async () => {
    const primary = vi.fn<Check>(gone);
    const health = engineWith(1).add('database/primary', primary, startup).add('database/replica', gone, startup);
    expect((await health.report('startup')).status).toBe('DOWN');
    expect((await health.report('ready')).reason).toBe('starting: database/primary, database/replica');
    primary.mockImplementation(() => degraded('warming up'));
    await advance(10);
    expect(await health.report('startup')).toMatchObject({ status: 'DEGRADED' });
    expect((await health.report('ready')).reason).toBeUndefined();
  });

  it('is awaited with every critical part where all must pass', async () => {
    const replica = vi.fn<Check>(gone);
    const health = new RecordedEngine()
      .add('database/primary', () => up(), startup)
      .add('database/replica', replica, startup)
      .add('database/archive', gone, { ...startup, critical: false });
    await health.report('startup');
    expect((await health.report('ready')).reason).toBe('starting: database/replica');
    replica.mockImplementation(() => up());
    await advance(10);
    expect((await health.report('startup')).status).toBe('DEGRADED');
    expect((await health.report('ready')).reason).toBeUndefined();
  });

  it('is not awaited when it is not critical', async () => {
    const health = engineWith(1, false).add('database/primary', gone, startup);
    expect((await health.report('startup')).status).toBe('DEGRADED');
    expect((await health.report('ready')).reason).toBeUndefined();
  });
});

describe('the changes of a composite', () => {
  useFakeClock();

  const inWords = ({ indicator, from, to, lasted }: HealthChange): string => `${indicator}: ${from} ${to} ${lasted}`;
  const own = ({ changes }: RecordedEngine): string[] =>
    changes.filter(({ indicator }) => indicator === 'database').map(inWords);
  /** Two parts whose results the test sets. */
  const twoParts = (
    atLeast: number | undefined,
    primary: Check = () => up(),
    replica: Check = () => up(),
  ): { health: RecordedEngine; primary: Mock<Check>; replica: Mock<Check>; next: () => Promise<void> } => {
    const checks = { primary: vi.fn<Check>(primary), replica: vi.fn<Check>(replica) };
    const health = engineWith(atLeast)
      .add('database/primary', checks.primary, always)
      .add('database/replica', checks.replica, always);
    const next = async (): Promise<void> => {
      await advance(1000);
      await health.report('ready');
    };
    return { health, ...checks, next };
  };

  it('follow its own aggregation, with the times and the reasons', async () => {
    const { health, primary, replica, next } = twoParts(1);
    await next();
    expect(health.changes).toEqual([]);
    replica.mockImplementation(() => down('refused'));
    await next();
    primary.mockImplementation(gone);
    await next();
    primary.mockImplementation(() => up());
    await next();
    replica.mockImplementation(() => up());
    await next();
    expect(own(health)).toEqual([
      'database: UP DEGRADED 1000',
      'database: DEGRADED DOWN 1000',
      'database: DOWN DEGRADED 1000',
      'database: DEGRADED UP 1000',
    ]);
    expect(health.changes.slice(0, 4)).toMatchObject([
      { indicator: 'database/replica', to: 'DOWN' },
      { indicator: 'database', critical: true, message: 'replica is DOWN: refused', at: new Date(timeAfter(2000)) },
      { indicator: 'database/primary', to: 'DOWN' },
      { indicator: 'database', error: 'primary is DOWN: gone, replica is DOWN: refused' },
    ]);
    expect(health.changes.at(-1)).not.toHaveProperty('error');
  });

  it('are not announced while the composite keeps its status, and start no runs', async () => {
    const { health, primary, replica, next } = twoParts(undefined);
    await next();
    primary.mockImplementation(gone);
    await next();
    replica.mockImplementation(gone);
    await next();
    await next();
    expect(own(health)).toEqual(['database: UP DOWN 1000']);
    expect([primary.mock.calls.length, replica.mock.calls.length]).toEqual([4, 4]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('begin when each part that runs has a result', async () => {
    const result = latch<HealthResult>();
    const { health } = twoParts(1, gone, () => result.promise);
    const first = health.report('ready');
    await advance(100);
    expect(health.changes.map(({ indicator }) => indicator)).toEqual(['database/primary']);
    result.open(up());
    await first;
    expect(own(health)).toEqual([]);
    expect((await health.report('database')).details['database']).toMatchObject({
      status: 'DEGRADED',
      since: timeAfter(100),
    });
  });

  it('begin with a first status that fails, also when another part never runs', async () => {
    const primary = vi.fn<Check>(gone);
    const health = engineWith(1)
      .add('database/primary', primary, always)
      .add('database/replica', () => up(), { ...always, probes: [] });
    await health.report('ready');
    primary.mockImplementation(() => up());
    await advance(500);
    await health.report('ready');
    expect(own(health)).toEqual(['database: UNKNOWN DOWN undefined', 'database: DOWN UP 500']);
  });

  it('follow a part that is disabled, and wait for its run when it is enabled again', async () => {
    const { health, primary, replica, next } = twoParts(undefined);
    await next();
    replica.mockImplementation(gone);
    await next();
    const enable = (enabled: boolean): void =>
      health.engine.configure('database/replica', checkSettings({ ttl: 0, enabled }));
    enable(false);
    await advance(0);
    expect(own(health)).toEqual(['database: UP DOWN 1000', 'database: DOWN UP 0']);
    enable(true);
    await advance(0);
    expect(own(health)).toHaveLength(2);
    primary.mockImplementation(() => degraded('lag'));
    await next();
    // The replica keeps its previous status.
    expect(own(health).slice(2)).toEqual(['database: UP DOWN 1000']);
  });

  it('end with SKIPPED when all parts are disabled', async () => {
    const { health, next } = twoParts(undefined, gone);
    await next();
    for (const part of ['database/primary', 'database/replica']) {
      health.engine.configure(part, checkSettings({ enabled: false }));
    }
    await advance(0);
    expect(own(health)).toEqual(['database: UNKNOWN DOWN undefined', 'database: DOWN UP 0', 'database: UP SKIPPED 0']);
  });

  it('follow parts that are added and removed, and begin anew after the last one', async () => {
    const { health, next } = twoParts(1, gone, gone);
    await next();
    health.add('database/archive', () => up(), always);
    await advance(0);
    expect(own(health)).toEqual(['database: UNKNOWN DOWN undefined']);
    await next();
    health.engine.remove('database/archive');
    await advance(0);
    expect(own(health).slice(1)).toEqual(['database: DOWN DEGRADED 1000', 'database: DEGRADED DOWN 0']);
    health.engine.remove('database/replica');
    health.engine.remove('database/primary');
    await advance(0);
    health.add('database/primary', gone, always);
    await next();
    expect(own(health).slice(3)).toEqual(['database: UNKNOWN DOWN undefined']);
  });

  it('reach each listener after the change of the part, also when a listener removes a part', async () => {
    const { health, primary, next } = twoParts(undefined);
    await next();
    const order: string[] = [];
    health.engine.onChange(({ indicator }) => {
      if (indicator === 'database/primary') health.engine.remove('database/primary');
    });
    health.engine.onChange(({ indicator, to }) => order.push(`${indicator} ${to}`));
    primary.mockImplementation(gone);
    await next();
    expect(order).toEqual(['database/primary DOWN', 'database DOWN', 'database UP']);
  });

  it('set the start time of the status in a report, unless the report lacks parts', async () => {
    const health = engineWith(undefined)
      .add('database/primary', gone, always)
      .add('database/replica', gone, { ...always, probes: [] });
    await health.report('deep');
    await advance(2000);
    const { details } = await health.report('deep');
    expect(details['database']).toMatchObject({ status: 'DOWN', since: timeAfter(0) });
    expect((await health.report('ready')).details['database']).not.toHaveProperty('since');
  });

  it('are not computed again while no part changes', async () => {
    const { health, next } = twoParts(undefined);
    await next();
    const record = vi.spyOn(CheckHistory.prototype, 'record');
    await next();
    expect(record).toHaveBeenCalledTimes(2);
    record.mockRestore();
    expect(own(health)).toEqual([]);
  });
});
