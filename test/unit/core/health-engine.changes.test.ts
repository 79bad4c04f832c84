import { describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import type { HealthChange } from '../../../src/core/health-change.js';
import { degraded, down, outOfService, skipped, unknown, up } from '../../../src/core/result.js';
import { RecordedEngine } from '../../support/engine.js';
import { advance, timeAfter, useFakeClock } from '../../support/fake-clock.js';

type Check = CheckDefinition['check'];

/** An engine with one check that returns the given results in turn, one per second. */
async function engineAfter(
  results: readonly Check[],
  settings: Parameters<RecordedEngine['add']>[2] = {},
): Promise<RecordedEngine> {
  const left = [...results];
  const health = new RecordedEngine().add('database', (context) => left.shift()?.(context), { ...settings, ttl: 0 });
  for (let count = 0; count < results.length; count += 1) {
    await health.report('ready');
    await advance(1000);
  }
  return health;
}

const inWords = ({ from, to, lasted }: HealthChange): string => `${from} ${to} ${lasted}`;

describe('changes', () => {
  useFakeClock();

  it('are announced once each, and a recovery has the duration of the outage', async () => {
    const gone = (): unknown => down('gone');
    const health = await engineAfter([() => up(), gone, gone, () => up(), () => up()]);
    expect(health.changes.map(inWords)).toStrictEqual(['UP DOWN 1000', 'DOWN UP 2000']);
  });

  it.each([
    ['UP', up()],
    ['DEGRADED', degraded('lag')],
    ['SKIPPED', skipped('no replica')],
  ])('are not announced when the first result is a pass: %s', async (_status, result) => {
    expect((await engineAfter([() => result])).changes).toStrictEqual([]);
  });

  it.each([
    ['DOWN', down('gone')],
    ['OUT_OF_SERVICE', outOfService('patching')],
    ['UNKNOWN', unknown('no idea')],
  ])('are announced for a first result that is a failure: %s', async (status, result) => {
    expect((await engineAfter([() => result])).changes.map(inWords)).toStrictEqual([`UNKNOWN ${status} undefined`]);
  });

  it('are also announced between two failing or two passing statuses', async () => {
    const health = await engineAfter([
      () => up(),
      () => degraded('lag'),
      () => down('gone'),
      () => outOfService('patching'),
      () => up(),
    ]);
    expect(health.changes.map(inWords)).toStrictEqual([
      'UP DEGRADED 1000',
      'DEGRADED DOWN 1000',
      'DOWN OUT_OF_SERVICE 1000',
      'OUT_OF_SERVICE UP 2000',
    ]);
  });

  it('contain the reported error, and the thrown error', async () => {
    const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    const health = await engineAfter([() => up(), () => Promise.reject(error)], { critical: false });
    expect(health.changes).toStrictEqual([
      {
        indicator: 'database',
        critical: false,
        from: 'UP',
        to: 'DOWN',
        at: new Date(timeAfter(1000)),
        lasted: 1000,
        error: 'connection refused',
        code: 'ECONNREFUSED',
        cause: error,
      },
    ]);
  });

  it('contain the message of a status that is not a failure, and omit missing properties', async () => {
    const health = await engineAfter([() => up(), () => degraded('lag')]);
    expect(health.changes).toStrictEqual([
      {
        indicator: 'database',
        critical: true,
        from: 'UP',
        to: 'DEGRADED',
        at: new Date(timeAfter(1000)),
        lasted: 1000,
        message: 'lag',
      },
    ]);
  });

  it('are announced only when a threshold is reached', async () => {
    const gone = (): unknown => down('gone');
    const health = await engineAfter([() => up(), gone, gone, gone], { failureThreshold: 3 });
    expect(health.changes.map(inWords)).toStrictEqual(['UP DOWN 1000']);
    expect(health.changes[0]?.at).toStrictEqual(new Date(timeAfter(3000)));
    expect(health.runs).toHaveLength(4);
  });

  it('are announced after the new status is readable', async () => {
    const check = vi.fn<Check>().mockReturnValueOnce(up()).mockReturnValue(down('gone'));
    const health = new RecordedEngine().add('database', check, { ttl: 5 });
    await health.report('deep');
    const seen: unknown[] = [];
    health.engine.onChange(() => seen.push(health.engine.evaluate('deep')));
    await advance(10);
    await health.report('ready');
    expect(seen).toMatchObject([{ report: { status: 'DOWN' } }]);
  });

  it('have no other effect when a listener throws or rejects', async () => {
    const health = new RecordedEngine();
    const other = vi.fn<() => void>();
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
    health.engine.onChange(() => {
      throw thrown;
    });
    health.engine.onRun(() => Promise.reject(rejected));
    health.engine.onChange(other);
    health.add('database', () => down('gone')).add('cache', () => up());
    expect(await health.statuses('ready')).toStrictEqual({ report: 'DOWN', database: 'DOWN', cache: 'UP' });
    expect(other).toHaveBeenCalledOnce();
    expect(new Set(health.faults)).toStrictEqual(new Set([thrown, rejected]));
  });

  it('are sent to a listener until it is removed', async () => {
    const health = new RecordedEngine().add('database', vi.fn<Check>().mockReturnValueOnce(down('x')), { ttl: 0 });
    const [changes, runs] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const remove = [health.engine.onChange(changes), health.engine.onRun(runs)];
    await health.report('ready');
    for (const each of remove) each();
    await advance(10);
    await health.report('ready');
    expect(changes).toHaveBeenCalledOnce();
    expect(runs).toHaveBeenCalledOnce();
  });
});

describe('finished runs', () => {
  useFakeClock();

  it('are reported one by one, with the indicator and the outcome', async () => {
    const health = await engineAfter([() => up(), () => up()]);
    expect(health.runs).toMatchObject([
      { indicator: 'database', run: { outcome: { status: 'UP' }, took: 0 } },
      { indicator: 'database', run: { outcome: { status: 'UP' }, took: 0 } },
    ]);
  });
});
