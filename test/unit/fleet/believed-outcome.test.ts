import { describe, expect, it } from 'vitest';
import { BelievedOutcome } from '../../../src/fleet/believed-outcome.js';
import type { HealthStatus } from '../../../src/core/status.js';

/** A run of the process `boot` that ended at `ranAt`. */
const run = (boot: string, ranAt: number, status: HealthStatus, isConfirmed = false) => ({
  outcome: { status, ranAt, data: { run_by: boot } },
  boot,
  clock: ranAt,
  isConfirmed,
  since: ranAt,
});

function passing(): BelievedOutcome {
  const believed = new BelievedOutcome();
  believed.recordOther(run('a', 1, 'UP'));
  return believed;
}

describe('BelievedOutcome', () => {
  it('keeps a passing outcome until a second instance has failed', () => {
    const believed = passing();
    believed.recordOther(run('a', 2, 'DOWN'));
    believed.recordOther(run('a', 3, 'DOWN'));
    expect(believed).toMatchObject({ latest: { status: 'UP' }, suspected: { boot: 'a', clock: 3, since: 2 } });
    believed.recordOther(run('b', 4, 'DOWN'));
    expect(believed).toMatchObject({ latest: { status: 'DOWN', ranAt: 4 }, suspected: undefined });
  });

  it('believes a failure that its writer knows of another instance', () => {
    const believed = passing();
    believed.recordOther(run('b', 2, 'DOWN', true));
    expect(believed.latest?.status).toBe('DOWN');
  });

  it('names the instance that failed alone when a second one passes', () => {
    const believed = passing();
    believed.recordOther(run('a', 2, 'DOWN'));
    believed.recordOther(run('b', 3, 'UP'));
    expect(believed.latest?.data).toStrictEqual({ run_by: 'b', failed_only_on: 'a' });
    believed.recordOther(run('b', 4, 'UP'));
    expect(believed.latest?.data).toStrictEqual({ run_by: 'b' });
  });

  it('believes further failures of single instances during an outage', () => {
    const believed = passing();
    believed.recordOther(run('b', 2, 'DOWN', true));
    believed.recordOther(run('c', 3, 'DOWN'));
    expect(believed.latest?.ranAt).toBe(3);
  });

  it('believes the failure of one instance when it is told that no other one answers', () => {
    const believed = passing();
    believed.recordOther(run('a', 2, 'DOWN'));
    believed.believe();
    expect(believed).toMatchObject({ latest: { status: 'DOWN' }, suspected: undefined });
  });

  it('keeps an own failure until an own run passes or two others fail', () => {
    const believed = passing();
    believed.recordOwn({ status: 'DOWN', ranAt: 2 }, true);
    believed.recordOther(run('b', 3, 'UP'));
    believed.recordOther(run('c', 4, 'DOWN'));
    believed.recordOwn({ status: 'DOWN', ranAt: 5 }, false);
    believed.recordOther(run('d', 6, 'UP'));
    expect(believed).toMatchObject({ isAlone: true, latest: { ranAt: 5 } });
    // The outage counts once: the own failure stays the latest.
    believed.recordOther(run('e', 7, 'DOWN', true));
    expect(believed).toMatchObject({ isAlone: false, latest: { ranAt: 5 } });
    believed.recordOther(run('f', 8, 'UP'));
    expect(believed.latest?.status).toBe('UP');
  });

  it('is not confirmed by the failure of another instance from before an own run that passed', () => {
    const believed = passing();
    believed.recordOther(run('a', 2, 'DOWN'));
    expect(believed.failsElsewhere).toBe(true);
    believed.recordOwn({ status: 'UP', ranAt: 3 }, true);
    expect(believed.failsElsewhere).toBe(false);
    believed.recordOwn({ status: 'DOWN', ranAt: 4 }, true);
    expect(believed.isAlone).toBe(true);
  });

  it('leaves a failure that a blocked event loop has caused when another instance passes', () => {
    const believed = passing();
    believed.recordOwn({ status: 'DOWN', ranAt: 2, isLocal: true }, true);
    believed.recordOther(run('b', 3, 'UP'));
    expect(believed.latest?.status).toBe('UP');
  });
});
