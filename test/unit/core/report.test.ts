import { describe, expect, it } from 'vitest';
import type { CheckDefinition, CheckSettings } from '../../../src/core/check.js';
import { moment } from '../../../src/core/moment.js';
import { type HealthCheckDetail, type Overdue, describeCheck } from '../../../src/core/report.js';
import { degraded, down, outOfService, skipped, unknown, up } from '../../../src/core/result.js';
import { HealthCheckError } from '../../../src/errors/health-check.error.js';
import { START, advance, timeAfter, useFakeClock } from '../../support/fake-clock.js';
import { latch, never } from '../../support/latch.js';
import { RecordedRunner } from '../../support/recorded-runner.js';

type Check = CheckDefinition['check'];

/** Runs a check that returns each of the given results in turn, one second apart, and describes it. */
async function afterRuns(
  results: readonly Check[],
  settings: Partial<CheckSettings> = {},
  overdue?: Overdue,
): Promise<HealthCheckDetail> {
  const left = [...results];
  const { runner } = new RecordedRunner((context) => left.shift()?.(context), settings);
  for (let count = 0; count < results.length; count += 1) {
    if (count > 0) await advance(1000);
    await runner.run();
  }
  return describeCheck(runner, moment(), overdue);
}

const refused: Check = () => {
  throw Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
};

describe('describeCheck', () => {
  useFakeClock();

  it('shows time, duration and data of a pass', async () => {
    const work = latch<unknown>();
    const { runner } = new RecordedRunner(() => work.promise);
    const run = runner.run();
    await advance(3.6);
    work.open(up({ pool_size: 10 }));
    await run;
    const detail = describeCheck(runner, moment());
    expect(detail).toStrictEqual({
      status: 'UP',
      response_time_ms: 4,
      checked_at: timeAfter(3),
      data: { pool_size: 10 },
    });
    expect(Object.isFrozen(detail)).toBe(true);
  });

  it('shows the error, the count, the start and the criticality of failures', async () => {
    expect(await afterRuns([refused, refused, refused], { critical: false })).toStrictEqual({
      status: 'DOWN',
      critical: false,
      error: 'connection refused',
      code: 'ECONNREFUSED',
      response_time_ms: 0,
      checked_at: timeAfter(2000),
      since: START,
      consecutive_failures: 3,
    });
  });

  it('shows the message and data of a HealthCheckError', async () => {
    const error = new HealthCheckError('queue is full', { code: 'queue-full', data: { waiting: 900 } });
    expect(await afterRuns([() => Promise.reject(error)])).toMatchObject({
      error: 'queue is full',
      code: 'queue-full',
      data: { waiting: 900 },
    });
  });

  it.each([
    ['DEGRADED', degraded('lag'), { critical: true, message: 'lag', since: START }],
    ['UNKNOWN', unknown('no idea'), { critical: true, message: 'no idea', since: START, consecutive_failures: 1 }],
    [
      'OUT_OF_SERVICE',
      outOfService('patching'),
      { critical: true, message: 'patching', since: START, consecutive_failures: 1 },
    ],
    ['DOWN', down('disk full'), { critical: true, error: 'disk full', since: START, consecutive_failures: 1 }],
    ['SKIPPED', skipped('no replica'), { message: 'no replica' }],
  ] as const)('shows the known properties of %s', async (status, result, rest) => {
    expect(await afterRuns([() => result])).toStrictEqual({
      status,
      response_time_ms: 0,
      checked_at: START,
      ...rest,
    });
  });

  it('is SKIPPED when disabled', async () => {
    const { runner } = new RecordedRunner(refused, { enabled: false });
    const detail = describeCheck(runner, moment());
    expect(detail).toStrictEqual({ status: 'SKIPPED', message: 'disabled' });
    expect(Object.isFrozen(detail)).toBe(true);
  });

  it('is UNKNOWN before the first run', () => {
    const { runner } = new RecordedRunner(refused, { critical: false });
    expect(describeCheck(runner, moment())).toStrictEqual({
      status: 'UNKNOWN',
      critical: false,
      message: 'has not run yet',
    });
  });

  describe('while a threshold is not reached', () => {
    it('shows the latest failure beside the message and data of the current status', async () => {
      const detail = await afterRuns([() => up({ pool_size: 10 }), refused, refused], { failureThreshold: 3 });
      expect(detail).toStrictEqual({
        status: 'UP',
        error: 'connection refused',
        code: 'ECONNREFUSED',
        response_time_ms: 0,
        checked_at: timeAfter(2000),
        consecutive_failures: 2,
        data: { pool_size: 10 },
      });
    });

    it.each([
      [outOfService('patching'), 'patching'],
      [{ status: 'UNKNOWN' }, 'UNKNOWN'],
    ])('shows the message of another kind of failure as the error', async (result, error) => {
      const detail = await afterRuns([() => degraded('lag'), () => result], { failureThreshold: 2 });
      expect(detail).toMatchObject({ status: 'DEGRADED', message: 'lag', error, consecutive_failures: 1 });
      expect(detail).not.toHaveProperty('code');
    });

    it('keeps the message of the outage until successThreshold', async () => {
      const detail = await afterRuns([refused, () => up({ pool_size: 10 })], { successThreshold: 2 });
      expect(detail).toStrictEqual({
        status: 'DOWN',
        critical: true,
        error: 'connection refused',
        code: 'ECONNREFUSED',
        response_time_ms: 0,
        checked_at: timeAfter(1000),
        since: START,
      });
    });

    it('shows the message of the latest failure when the status is failing', async () => {
      const detail = await afterRuns([() => down('first'), () => down('second')]);
      expect(detail).toMatchObject({ error: 'second', since: START });
    });
  });

  describe('with a run that is unfinished at the deadline of the response', () => {
    const overdue = { deadline: 800 };

    it('is DOWN when there is no result yet', () => {
      const { runner } = new RecordedRunner(never);
      expect(describeCheck(runner, moment(), overdue)).toStrictEqual({
        status: 'DOWN',
        critical: true,
        error: 'no result within 800 ms',
        code: 'ETIMEDOUT',
      });
    });

    it('keeps the last status until maxAge, and is DOWN after it', async () => {
      const { runner } = new RecordedRunner(() => degraded('lag'), { ttl: 0, maxAge: 5000 });
      await advance(60_000);
      await runner.run();
      await advance(5000);
      expect(describeCheck(runner, moment(), overdue)).toMatchObject({ status: 'DEGRADED', message: 'lag' });
      await advance(1);
      const detail = describeCheck(runner, moment(), overdue);
      expect(detail).toStrictEqual({
        status: 'DOWN',
        critical: true,
        error: 'no result within 800 ms',
        code: 'ETIMEDOUT',
        response_time_ms: 0,
        checked_at: timeAfter(60_000),
      });
    });

    it('keeps the start time of the status DOWN', async () => {
      const { runner } = new RecordedRunner(refused, { ttl: 0, maxAge: 5000 });
      await runner.run();
      await advance(5001);
      expect(describeCheck(runner, moment(), overdue)).toMatchObject({ status: 'DOWN', since: START });
    });
  });

  describe('with a background check', () => {
    it('is UNKNOWN when its last result is older than maxAge', async () => {
      const { runner } = new RecordedRunner(() => up({ lag: 1 }), { interval: 1000, maxAge: 5000 });
      await advance(60_000);
      await runner.run();
      await advance(5000);
      expect(describeCheck(runner, moment()).status).toBe('UP');
      await advance(1);
      expect(describeCheck(runner, moment())).toStrictEqual({
        status: 'UNKNOWN',
        critical: true,
        message: 'its last result is older than 5000 ms',
        response_time_ms: 0,
        checked_at: timeAfter(60_000),
      });
    });

    it('is UNKNOWN before its first run', () => {
      const { runner } = new RecordedRunner(() => up(), { interval: 1000 });
      expect(describeCheck(runner, moment())).toMatchObject({ status: 'UNKNOWN', message: 'has not run yet' });
    });
  });

  it('shows the last result of a check regardless of its age while no caller waits for a run', async () => {
    const { runner } = new RecordedRunner(() => degraded('lag'), { maxAge: 5000 });
    await runner.run();
    runner.stop();
    await advance(60_000);
    expect(describeCheck(runner, moment())).toMatchObject({ status: 'DEGRADED' });
  });

  it('does not trust the last good result of a check whose runs hang beyond maxAge', async () => {
    const results: Check[] = [() => up(), never];
    const { runner } = new RecordedRunner((context) => results.shift()?.(context), {
      failureThreshold: 5,
      maxAge: 5000,
      timeout: 500,
    });
    await runner.run();
    void runner.run();
    await advance(500);
    expect(runner.strayRuns).toBe(1);
    await advance(5000);
    expect(describeCheck(runner, moment())).toMatchObject({ status: 'UP', error: 'timed out after 500 ms' });
    await advance(1);
    expect(describeCheck(runner, moment())).toMatchObject({
      status: 'DOWN',
      error: 'timed out after 500 ms',
      code: 'ETIMEDOUT',
      consecutive_failures: 1,
    });
  });

  it('reports until when and why a hanging check does not run, once the pause is long', async () => {
    const { runner } = new RecordedRunner(never, { timeout: 500, ttl: 0 });
    const errors: (string | undefined)[] = [];
    for (const wait of [1000, 4000, 0]) {
      void runner.run();
      await advance(500);
      errors.push(describeCheck(runner, moment()).error);
      await advance(wait);
    }
    const paused = `timed out after 500 ms; not run again before ${timeAfter(22_500)}, because 3 runs have not ended`;
    expect(errors).toStrictEqual(['timed out after 500 ms', 'timed out after 500 ms', paused]);
    await advance(16_000 - 1);
    expect(describeCheck(runner, moment()).error).toBe(paused);
    await advance(1);
    expect(describeCheck(runner, moment()).error).toBe('timed out after 500 ms');
  });
});
