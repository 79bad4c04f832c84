import * as fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { HealthCheckDetail } from '../../../../src/core/report.js';
import { isNightly } from '../../../support/nightly.js';
import { useFakeClock } from '../../../support/fake-clock.js';
import { known, worstOf } from './model.js';
import { type CheckPlan, GROUP, type Scenario, scenario, stuckScenario } from './scenario.js';
import { type ProbeResponse, type Call, type Run, World } from './world.js';

/** The number of random applications that each guarantee is tested with. */
const RUNS = isNightly ? 200 : 50;
const PATIENCE = 120_000;

/** Tests a claim on many random worlds. A failure reports the smallest world that breaks the claim, and its seed. */
async function holds(
  claim: (world: World, played: Scenario) => void | Promise<void>,
  worlds: fc.Arbitrary<Scenario> = scenario,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(worlds, async (played) => {
      const world = new World(played);
      try {
        await world.play();
        await claim(world, played);
      } finally {
        await world.end();
      }
    }),
    { numRuns: RUNS },
  );
}

const byCheck = ({ checks }: Scenario, { calls, runs }: World): { plan: CheckPlan; calls: Call[]; runs: Run[] }[] =>
  checks.map((plan) => ({
    plan,
    calls: calls.filter((call) => call.plan === plan),
    runs: runs.filter((run) => run.plan === plan),
  }));

const isOnRequest = ({ settings }: CheckPlan): boolean => settings.enabled && settings.interval === undefined;

/** The checks whose results are in the report of this probe. */
function membersOf({ checks }: Scenario, probe: string): CheckPlan[] {
  return checks.filter(
    ({ name, settings: { probes, tags } }) =>
      probe === name || probe === 'deep' || probes.includes(probe) || (probe === GROUP && tags.includes(GROUP)),
  );
}

/** The details of each check in the responses, with the runs of that check that could be known at that time. */
function said(
  world: World,
  played: Scenario,
): { plan: CheckPlan; detail: HealthCheckDetail; at: number; runs: Run[][]; probe: string; isAtOnce: boolean }[] {
  return world.responses
    .filter(({ probe }) => probe !== 'startup')
    .flatMap(({ probe, evaluation, isAtOnce = false, respondedAt = NaN, runs: seen = { now: 0, before: 0 } }) =>
      membersOf(played, probe)
        .filter(({ settings }) => settings.enabled)
        .flatMap((plan) => {
          const detail = evaluation?.report.details[plan.name];
          if (!detail) return [];
          // Events of the same millisecond may or may not be visible.
          const runs = Array.from({ length: seen.now - seen.before + 1 }, (_, more) =>
            world.runs.slice(0, seen.before + more).filter((run) => run.plan === plan),
          );
          return [{ plan, detail, at: respondedAt, runs, probe, isAtOnce }];
        }),
    );
}

/** The age of the last result. */
const ageOf = (runs: readonly Run[], at: number): number => at - (runs.at(-1)?.run.finished.elapsed ?? NaN);

/** The time at which a call ended or was aborted, whichever came first. */
const overAt = ({ endedAt = Infinity, abortedAt = Infinity }: Call): number => Math.min(endedAt, abortedAt);

describe('for any checks and any callers', () => {
  useFakeClock();
  beforeEach(() => {
    // The start times of background runs are random.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });

  it('a probe responds within its deadline', { timeout: PATIENCE }, () =>
    holds(async (world) => {
      await world.settled();
      const late = world.responses.filter(
        ({ askedAt, respondedAt = Infinity, within }) => respondedAt - askedAt > within,
      );
      expect(late).toEqual([]);
    }),
  );

  it.each([
    ['of any kind', scenario],
    ['that hangs', stuckScenario],
  ])(
    'a late check %s is reported by its last result while that is younger than maxAge, else as DOWN',
    { timeout: PATIENCE },
    (_which, worlds) =>
      holds(async (world, played) => {
        await world.settled();
        for (const { plan, detail, at, runs, probe, isAtOnce } of said(world, played)) {
          if (!isOnRequest(plan)) continue;
          const allowed = runs.flatMap((ofIt) => {
            const age = ageOf(ofIt, at);
            if (age <= plan.settings.maxAge) return [known(plan, ofIt).status];
            // The result was not too old when this response was begun, which then had to wait for other checks.
            const wasTrusted = !isAtOnce && age <= plan.settings.maxAge + (played.deadlines[probe] ?? played.deadline);
            return wasTrusted ? [known(plan, ofIt).status, 'DOWN'] : ['DOWN'];
          });
          expect(allowed, `${plan.name} at ${at}`).toContain(detail.status);
        }
      }, worlds),
  );

  it('a check runs at most once at a time', { timeout: PATIENCE }, () =>
    holds((world, played) => {
      for (const { calls } of byCheck(played, world)) {
        for (const [index, call] of calls.entries()) {
          const beside = calls.slice(0, index).filter((earlier) => overAt(earlier) > call.began);
          expect(beside).toEqual([]);
        }
      }
    }),
  );

  it('a check does not run again within its ttl, for any number of probes', { timeout: PATIENCE }, () =>
    holds((world, played) => {
      for (const { plan, calls, runs } of byCheck(played, world)) {
        if (!isOnRequest(plan)) continue;
        for (const call of calls) {
          const isFirstOfRun = calls.find(({ runsBefore }) => runsBefore === call.runsBefore) === call;
          const last = runs[call.runsBefore - 1];
          if (!isFirstOfRun || !last) continue;
          const age = call.began - last.run.finished.elapsed;
          expect(plan.settings.ttl === 0 || age > plan.settings.ttl, `again after ${age}`).toBe(true);
        }
      }
    }),
  );

  it('at most maxConcurrency checks run at the same time', { timeout: PATIENCE }, () =>
    holds(({ calls }, { maxConcurrency }) => {
      for (const { began } of calls) {
        const atOnce = calls.filter((other) => other.began <= began && overAt(other) > began);
        expect(atOnce.length).toBeLessThanOrEqual(maxConcurrency);
      }
    }),
  );

  it('the signal of a call is aborted at its timeout, and never otherwise', { timeout: PATIENCE }, () =>
    holds((world) => {
      const now = performance.now();
      for (const call of world.calls) {
        const due = call.began + call.plan.settings.timeout;
        const isInTime = (call.endedAt ?? Infinity) < due;
        expect(call.abortedAt).toBe(isInTime || due > now ? undefined : due);
      }
    }),
  );

  it(
    'the outcome of a run is that of its last attempt in time, and no malformed result passes',
    { timeout: PATIENCE },
    () =>
      holds(({ runs }) => {
        for (const { plan, run, call } of runs) {
          const { slowThreshold = Infinity, timeout } = plan.settings;
          expect(run.took).toBeLessThanOrEqual(timeout);
          const isTimeout = call?.abortedAt !== undefined;
          expect(run.outcome.isTimeout ?? false).toBe(isTimeout);
          const healthy = run.took > slowThreshold ? 'DEGRADED' : 'UP';
          const expected = {
            up: healthy,
            nothing: healthy,
            degraded: 'DEGRADED',
            down: 'DOWN',
            unknown: 'UNKNOWN',
            outOfService: 'OUT_OF_SERVICE',
            skipped: 'SKIPPED',
            malformed: 'DOWN',
            throws: 'DOWN',
          }[call?.behaviour.ending ?? 'skipped'];
          expect(run.outcome.status).toBe(isTimeout ? 'DOWN' : expected);
        }
      }),
  );

  it('runs are left behind only after growing pauses, and at most three are tracked', { timeout: PATIENCE }, () =>
    holds((world, played) => {
      for (const { strayRuns } of world.recorded.engine.runners) expect(strayRuns).toBeLessThanOrEqual(3);
      for (const { plan, calls } of byCheck(played, world)) {
        for (const [index, call] of calls.entries()) {
          const isLeft = ({ abortedAt = Infinity, endedAt = Infinity }: Call): boolean =>
            abortedAt <= call.began && endedAt > call.began;
          const earlier = calls.slice(0, index);
          const inARow = earlier.slice(earlier.findLastIndex((each) => !isLeft(each)) + 1);
          const factor = [0, 1, 4, 16, 32][Math.min(inARow.length, 4)] ?? 0;
          const first = Math.max(plan.settings.timeout, 1000);
          const pause = Math.min(first * factor, Math.max(first, 60_000));
          expect(call.began - (inARow.at(-1)?.abortedAt ?? -Infinity)).toBeGreaterThanOrEqual(pause);
        }
      }
    }),
  );

  it.each([
    ['of any kind', scenario],
    ['that hang', stuckScenario],
  ])(
    'the recovery of a dependency is detected, even when every earlier run never ends: checks %s',
    { timeout: PATIENCE },
    (_which, worlds) =>
      holds(async (world, played) => {
        world.recover();
        // Longer than the longest pause beside hanging runs, the longest interval, and four passes in a row.
        for (let seconds = 0; seconds < 100; seconds += 1) {
          world.ask('deep');
          await vi.advanceTimersByTimeAsync(1000);
        }
        // Judged by the runs, because a background result may be too old to be shown until the next run.
        const stillGone = byCheck(played, world)
          .filter(({ plan }) => plan.settings.enabled)
          .filter(({ plan, runs }) => known(plan, runs).status !== 'UP')
          .map(({ plan }) => plan.name);
        expect(stillGone).toEqual([]);
      }, worlds),
  );

  it('a response has an entry for each of its checks, and the status of the worst of them', { timeout: PATIENCE }, () =>
    holds(async (world, played) => {
      await world.settled();
      for (const { probe, evaluation, rejectedWith } of world.responses) {
        expect(rejectedWith).toBeUndefined();
        const report = evaluation?.report;
        const members = membersOf(played, probe);
        expect(Object.keys(report?.details ?? {})).toEqual(members.map(({ name }) => name));
        if (probe === 'startup') continue;
        const isSingle = members.some(({ name }) => name === probe);
        const parts = members.map(({ name, settings }) => ({
          status: report?.details[name]?.status ?? 'DOWN',
          critical: isSingle || settings.critical,
        }));
        if (report?.reason !== undefined) parts.push({ status: 'OUT_OF_SERVICE', critical: true });
        expect(report?.status).toBe(worstOf(parts));
      }
    }),
  );

  it('the result of one check depends only on the runs of that check', { timeout: PATIENCE }, () =>
    holds(async (world, played) => {
      await world.settled();
      for (const { plan, detail, at, runs } of said(world, played)) {
        if (runs.some((ofIt) => !(ageOf(ofIt, at) <= plan.settings.maxAge))) continue;
        expect(runs.map((ofIt) => known(plan, ofIt).status)).toContain(detail.status);
      }
    }),
  );

  it(
    'a background result older than maxAge is not trusted, and a probe does not run background checks',
    { timeout: PATIENCE },
    () =>
      holds(async (world, played) => {
        await world.settled();
        for (const { plan, detail, at, runs } of said(world, played)) {
          if (plan.settings.interval === undefined) continue;
          const allowed = runs.map((ofIt) =>
            ageOf(ofIt, at) <= plan.settings.maxAge ? known(plan, ofIt).status : 'UNKNOWN',
          );
          expect(allowed, `${plan.name} at ${at}`).toContain(detail.status);
        }
        for (const { plan, calls, runs } of byCheck(played, world)) {
          const { interval } = plan.settings;
          if (interval === undefined) continue;
          for (const { began, runsBefore } of calls) {
            const last = runs[runsBefore - 1];
            const pause = began - (last?.run.finished.elapsed ?? -Infinity);
            expect(pause, `${plan.name} at ${began}`).toBeGreaterThanOrEqual(interval);
          }
        }
      }),
  );

  it(
    'the number of failures in a row, the start of the status and its duration are right with thresholds',
    { timeout: PATIENCE },
    () =>
      holds(async (world, played) => {
        await world.settled();
        for (const { plan, detail, runs } of said(world, played)) {
          const models = runs.map((ofIt) => known(plan, ofIt));
          expect(models.map(({ consecutiveFailures }) => consecutiveFailures)).toContain(
            detail.consecutive_failures ?? 0,
          );
          if (detail.since === undefined) continue;
          expect(models.filter(({ status }) => status === detail.status).map(({ since }) => since)).toContain(
            Date.parse(detail.since),
          );
        }
        for (const { plan, runs } of byCheck(played, world)) {
          const expected = runs.flatMap((_, index) => {
            const { status: to, ended } = known(plan, runs.slice(0, index + 1));
            const isFirstPass = ended?.lasted === undefined && ['UP', 'DEGRADED', 'SKIPPED'].includes(to);
            return ended && !isFirstPass ? [{ from: ended.from, to, lasted: ended.lasted }] : [];
          });
          const told = world.recorded.changes
            .filter(({ indicator }) => indicator === plan.name)
            .map(({ from, to, lasted }) => ({ from, to, lasted }));
          expect(told).toEqual(expected);
        }
      }),
  );

  it('live reports only the checks that are in the probe live', { timeout: PATIENCE }, () =>
    holds(async (world, played) => {
      world.ask('live');
      await world.settled();
      const isAsked = played.checks.some(({ settings }) => settings.probes.includes('live'));
      const lives = world.responses.filter(({ probe }): boolean => probe === 'live');
      expect(lives.length).toBeGreaterThan(0);
      if (isAsked) return;
      for (const { evaluation, askedAt, respondedAt } of lives) {
        expect(evaluation?.report).toMatchObject({ status: 'UP', details: {} });
        expect(respondedAt).toBe(askedAt);
      }
    }),
  );

  it('no timer keeps the process alive, and no timer is left after the stop', { timeout: PATIENCE }, () =>
    holds(async (world) => {
      expect(world.timers.filter((timer) => timer.hasRef())).toEqual([]);
      expect(await world.stop()).toBe(0);
      const calls = world.calls.length;
      const pending = (): ProbeResponse[] => world.responses.filter(({ respondedAt }) => respondedAt === undefined);
      expect(pending()).toEqual([]);
      world.ask('deep');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(pending()).toEqual([]);
      expect(world.calls).toHaveLength(calls);
      expect(vi.getTimerCount()).toBe(0);
    }),
  );
});
