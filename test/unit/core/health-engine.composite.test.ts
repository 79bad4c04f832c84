import { describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import { degraded, down, up } from '../../../src/core/result.js';
import { UnknownProbeError } from '../../../src/errors/unknown-probe.error.js';
import { checkSettings } from '../../support/check-definition.js';
import { RecordedEngine } from '../../support/engine.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

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

  it('is one entry with its parts inside, at the place of its first part', async () => {
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

  it('has the status of its worst part by default, and names the parts that fail', async () => {
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

  it('ends with its last part, and begins again with the next', async () => {
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
