import { describe, expect, it } from 'vitest';
import { CountedOutcome } from '../../../src/fleet/counted-outcome.js';
import type { HealthStatus } from '../../../src/core/status.js';

/** A run of the process `boot` that ended at `ranAt`. */
const run = (boot: string, ranAt: number, status: HealthStatus, isConfirmed = false) => ({
  outcome: { status, ranAt, data: { run_by: boot } },
  boot,
  clock: ranAt,
  isConfirmed,
  since: ranAt,
});

function passing(): CountedOutcome {
  const outcome = new CountedOutcome();
  outcome.recordOther(run('a', 1, 'UP'));
  return outcome;
}

describe('CountedOutcome', () => {
  it('keeps a passing outcome until a second instance has failed', () => {
    const outcome = passing();
    outcome.recordOther(run('a', 2, 'DOWN'));
    outcome.recordOther(run('a', 3, 'DOWN'));
    expect(outcome).toMatchObject({ latest: { status: 'UP' }, suspected: { boot: 'a', clock: 3, since: 2 } });
    outcome.recordOther(run('b', 4, 'DOWN'));
    expect(outcome).toMatchObject({ latest: { status: 'DOWN', ranAt: 4 }, suspected: undefined });
  });

  it('counts a failure whose writer knows the failure of another instance', () => {
    const outcome = passing();
    outcome.recordOther(run('b', 2, 'DOWN', true));
    expect(outcome.latest?.status).toBe('DOWN');
  });

  it('names the instance that failed alone when a second one passes', () => {
    const outcome = passing();
    outcome.recordOther(run('a', 2, 'DOWN'));
    outcome.recordOther(run('b', 3, 'UP'));
    expect(outcome.latest?.data).toStrictEqual({ run_by: 'b', failed_only_on: 'a' });
    outcome.recordOther(run('b', 4, 'UP'));
    expect(outcome.latest?.data).toStrictEqual({ run_by: 'b' });
  });

  it('counts further failures of single instances during an outage', () => {
    const outcome = passing();
    outcome.recordOther(run('b', 2, 'DOWN', true));
    outcome.recordOther(run('c', 3, 'DOWN'));
    expect(outcome.latest?.ranAt).toBe(3);
  });

  it('counts the failure of one instance when no second instance has run the check in time', () => {
    const outcome = passing();
    outcome.recordOther(run('a', 2, 'DOWN'));
    outcome.countSuspected();
    expect(outcome).toMatchObject({ latest: { status: 'DOWN' }, suspected: undefined });
  });

  it('keeps an own failure until an own run passes or two others fail', () => {
    const outcome = passing();
    outcome.recordOwn({ status: 'DOWN', ranAt: 2 }, true);
    outcome.recordOther(run('b', 3, 'UP'));
    outcome.recordOther(run('c', 4, 'DOWN'));
    outcome.recordOwn({ status: 'DOWN', ranAt: 5 }, false);
    outcome.recordOther(run('d', 6, 'UP'));
    expect(outcome).toMatchObject({ isAlone: true, latest: { ranAt: 5 } });
    // The outage counts once: the own failure stays the latest.
    outcome.recordOther(run('e', 7, 'DOWN', true));
    expect(outcome).toMatchObject({ isAlone: false, latest: { ranAt: 5 } });
    outcome.recordOther(run('f', 8, 'UP'));
    expect(outcome.latest?.status).toBe('UP');
  });

  it('is not confirmed by the failure of another instance from before an own run that passed', () => {
    const outcome = passing();
    outcome.recordOther(run('a', 2, 'DOWN'));
    expect(outcome.failsElsewhere).toBe(true);
    outcome.recordOwn({ status: 'UP', ranAt: 3 }, true);
    expect(outcome.failsElsewhere).toBe(false);
    outcome.recordOwn({ status: 'DOWN', ranAt: 4 }, true);
    expect(outcome.isAlone).toBe(true);
  });

  it('leaves a failure that a blocked event loop has caused when another instance passes', () => {
    const outcome = passing();
    outcome.recordOwn({ status: 'DOWN', ranAt: 2, isLocal: true }, true);
    outcome.recordOther(run('b', 3, 'UP'));
    expect(outcome.latest?.status).toBe('UP');
  });
});
