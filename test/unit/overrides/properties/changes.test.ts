import * as fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { UnknownProbeError } from '../../../../src/errors/unknown-probe.error.js';
import type { Evaluation } from '../../../../src/core/probe.js';
import { useFakeClock } from '../../../support/fake-clock.js';
import { isNightly } from '../../../support/nightly.js';
import { type Known, knownBy, worstOf } from '../../core/properties/model.js';
import {
  type ChangingScenario,
  agingScenario,
  busyScenario,
  changingScenario,
  heeding,
  scheduleScenario,
  strayScenario,
} from './changing-scenario.js';
import { ChangingWorld } from './changing-world.js';
import type { ProbeResponse, Call, Present, Registered, Run, Version } from './records.js';

const RUNS = isNightly ? 1000 : 100;
const anyScenario = fc.oneof(changingScenario, busyScenario, scheduleScenario);
const PATIENCE = 300_000;
/** Milliseconds. Longer than each deadline. */
const LONGEST_DEADLINE = 1500;

/** Tests the claim with random applications. A failure shows the smallest one that breaks it, and its seed. */
async function holds(
  claim: (world: ChangingWorld, played: ChangingScenario) => void | Promise<void>,
  worlds: fc.Arbitrary<ChangingScenario> = anyScenario,
  numRuns = RUNS,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(worlds, async (played) => {
      const world = new ChangingWorld(played);
      try {
        await world.play();
        await claim(world, played);
      } finally {
        await world.end();
      }
    }),
    { numRuns },
  );
}

/** The time at which a call was aborted or ended, whichever came first. */
const overAt = ({ endedAt = Infinity, abortedAt = Infinity }: Call): number => Math.min(endedAt, abortedAt);

/** The first call of each run of an indicator, with the previous run. */
function beginnings(world: ChangingWorld, registered: Registered): { call: Call; before: Run | undefined }[] {
  const runs = world.runs.filter((run) => run.registered === registered);
  const calls = world.calls.filter((call) => call.registered === registered);
  return calls
    .filter((call, index) => calls[index - 1]?.runsBefore !== call.runsBefore)
    .map((call) => ({ call, before: runs[call.runsBefore - 1] }));
}

const isMember = (probe: string, name: string, { settings }: Present): boolean =>
  probe === 'deep' || probe === name || settings.probes.includes(probe);

/** The expected state of an indicator after its runs, each judged by the thresholds that it began with. */
function knownAfter(runs: readonly Run[]): Known {
  return knownBy(
    runs.map(({ run, calls: [first] }) => ({
      run,
      thresholds: settingsOf(first),
    })),
  );
}

function settingsOf(first: Call | undefined): Call['settings'] {
  if (!first) throw new Error('there is a run without a call');
  return first.settings;
}

interface Reported {
  readonly response: ProbeResponse;
  readonly evaluation: Evaluation;
  readonly version: Version;
}

/** The reports, with the configuration that each must show. */
function reportsOf(world: ChangingWorld): Reported[] {
  return world.responses.flatMap((response) => {
    const { evaluation } = response;
    return evaluation ? [{ response, evaluation, version: world.versionOf(evaluation) }] : [];
  });
}

describe('while overrides, sources and indicators are added and removed', () => {
  useFakeClock();
  beforeEach(() => {
    // Without jitter.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });

  it('each probe responds within its deadline, and rejects only unknown names', { timeout: PATIENCE }, () =>
    holds(async (world, { deadline }) => {
      await world.wait(LONGEST_DEADLINE);
      for (const { probe, askedAt, respondedAt = Infinity, rejectedWith } of world.responses) {
        expect(respondedAt - askedAt, `${probe} at ${askedAt}`).toBeLessThanOrEqual(deadline);
        expect(rejectedWith === undefined || rejectedWith instanceof UnknownProbeError).toBe(true);
      }
    }),
  );

  it('an indicator runs at most once at a time', { timeout: PATIENCE }, () =>
    holds((world) => {
      for (const [index, call] of world.calls.entries()) {
        const beside = world.calls
          .slice(0, index)
          .filter(({ registered }) => registered.plan === call.registered.plan)
          .filter((earlier) => overAt(earlier) > call.began);
        expect(beside).toEqual([]);
      }
    }),
  );

  it(
    'a request runs the indicators whose result is not fresh by the present options, and no others',
    { timeout: PATIENCE },
    () =>
      holds((world) => {
        for (const { call, before } of world.registrations.flatMap((each) => beginnings(world, each))) {
          const { enabled, interval, ttl } = call.settings;
          expect(enabled).toBe(true);
          expect(call.cause !== 'other' || interval !== undefined).toBe(true);
          if (call.cause !== 'ask') continue;
          expect(interval).toBeUndefined();
          const age = call.began - (before?.run.finished.elapsed ?? -Infinity);
          expect(ttl === 0 || age > ttl, `again after ${age} of ${ttl}`).toBe(true);
        }
        for (const { due, made } of world.responses) {
          const run = new Set(made.map(({ registered }) => registered));
          expect((due ?? []).filter((each) => !run.has(each))).toEqual([]);
        }
      }, heeding(anyScenario)),
  );

  it('a run ends with the options that it began with', { timeout: PATIENCE }, () =>
    holds(
      (world) => {
        const now = performance.now();
        for (const { call: first } of world.registrations.flatMap((each) => beginnings(world, each))) {
          const { registered, runsBefore, settings } = first;
          const attempts = world.calls.filter(
            (call) => call.registered === registered && call.runsBefore === runsBefore,
          );
          expect(attempts.length).toBeLessThanOrEqual(1 + settings.retries);
          for (const [index, { began, abortedAt, endedAt = Infinity }] of attempts.entries()) {
            const due = began + settings.timeout;
            const { removedAt = Infinity } = registered;
            const over = Math.min(due, removedAt);
            expect(abortedAt).toBe((endedAt <= over && endedAt !== abortedAt) || over > now ? undefined : over);
            const previous = attempts[index - 1];
            const pause = previous ? began - overAt(previous) : settings.retryDelay;
            // A timer of 0 ms can take 1 ms.
            expect([settings.retryDelay, Math.max(1, settings.retryDelay)]).toContain(pause);
          }
        }
        for (const registered of world.registrations) {
          const runs = world.runs.filter((run) => run.registered === registered);
          for (const [index, { run, status, calls }] of runs.entries()) {
            const { slowThreshold = Infinity, retries } = settingsOf(calls[0]);
            const { behaviour, abortedAt } = calls.at(-1) ?? {};
            const { status: outcome } = run.outcome;
            const isHealthy = ['up', 'nothing'].includes(behaviour?.ending ?? '') && abortedAt === undefined;
            expect(outcome).toBe(isHealthy ? (run.took > slowThreshold ? 'DEGRADED' : 'UP') : outcome);
            const isPassed = ['UP', 'DEGRADED', 'SKIPPED'].includes(outcome);
            // A run is not retried beside an attempt that ignores its signal.
            const mayHang = registered.plan.behaviours.some(({ heedsAbort }) => !heedsAbort);
            expect(calls).toHaveLength(isPassed || mayHang ? calls.length : 1 + retries);
            expect(status).toBe(knownAfter(runs.slice(0, index + 1)).status);
          }
        }
      },
      fc.oneof(anyScenario, { arbitrary: busyScenario, weight: 3 }),
      3 * RUNS,
    ),
  );

  it('at most three runs that ignore their signal are tracked, and a recovery is detected', { timeout: PATIENCE }, () =>
    holds(
      async (world) => {
        for (const { strayRuns } of world.recorded.engine.runners) expect(strayRuns).toBeLessThanOrEqual(3);
        world.recover();
        for (let seconds = 0; seconds < 100; seconds += 5) {
          world.ask('deep');
          await world.wait(5000);
        }
        const present = [...(world.versions.at(-1)?.indicators.values() ?? [])];
        for (const { registered } of present.filter(({ settings }) => settings.enabled)) {
          const runs = world.runs.filter((run) => run.registered === registered);
          expect(knownAfter(runs).status, `the status of ${registered.plan.name}`).toBe('UP');
        }
        for (const { name, isHanging, definition } of world.recorded.engine.runners) {
          expect(isHanging && definition.settings.enabled, `whether ${name} hangs`).toBe(false);
        }
        const response = world.ask('deep');
        await world.wait(LONGEST_DEADLINE);
        for (const { registered, settings } of present) {
          const { name } = registered.plan;
          expect(response.evaluation?.report.details[name]?.status, `the report of ${name}`).toBe(
            settings.enabled ? 'UP' : 'SKIPPED',
          );
        }
      },
      fc.oneof(anyScenario, strayScenario),
      RUNS / 10,
    ),
  );

  it('each report shows one configuration, completely', { timeout: PATIENCE }, () =>
    holds(async (world) => {
      await world.wait(LONGEST_DEADLINE);
      for (const { response, evaluation, version } of reportsOf(world)) {
        const { probe } = response;
        const { details, status, reason } = evaluation.report;
        expect(Object.keys(details).filter((name) => !version.indicators.has(name))).toEqual([]);
        const parts: { status: Known['status']; critical: boolean }[] = [];
        for (const [name, present] of version.indicators) {
          const detail = details[name];
          const { settings, override, registered } = present;
          const isAwaited = settings.enabled && world.runsIn(evaluation, registered).length === 0;
          const isMissing = !response.isAtOnce && isAwaited;
          const allowed = isMember(probe, name, present) ? [true, !isMissing] : [false];
          expect(allowed, `whether ${name} is in ${probe}`).toContain(detail !== undefined);
          // `startup` keeps an indicator as passed once it has passed.
          if (!detail || probe === 'startup') continue;
          expect(detail.override).toEqual(
            override && {
              ...override.options,
              reason: 'vendor maintenance',
              by: 'alice',
              until: new Date(override.until).toISOString(),
            },
          );
          expect(detail.message === 'disabled').toBe(!settings.enabled);
          expect(detail.critical ?? settings.critical).toBe(settings.critical);
          parts.push({ status: detail.status, critical: probe === name || settings.critical });
        }
        if (probe === 'startup') continue;
        if (reason !== undefined) parts.push({ status: 'OUT_OF_SERVICE', critical: true });
        expect(status).toBe(worstOf(parts));
      }
    }),
  );

  it('a result older than maxAge by the present options is not trusted', { timeout: PATIENCE }, () =>
    holds(
      async (world) => {
        await world.wait(LONGEST_DEADLINE);
        const toWall = Date.now() - performance.now();
        for (const { response, evaluation, version } of reportsOf(world)) {
          const { probe, isAtOnce, respondedAt = NaN } = response;
          if (probe === 'startup') continue;
          const { details, timestamp } = evaluation.report;
          const at = isAtOnce ? respondedAt + toWall : Date.parse(timestamp);
          for (const [name, { registered, settings }] of version.indicators) {
            const detail = details[name];
            if (!detail || !settings.enabled) continue;
            const runs = world.runsIn(evaluation, registered);
            const latest = runs.at(-1);
            const isInBackground = settings.interval !== undefined;
            let allowed: string[] = ['UNKNOWN'];
            if (latest && at - latest.run.finished.wall <= settings.maxAge) allowed = [knownAfter(runs).status];
            else if (!isInBackground) allowed = ['DOWN', latest ? knownAfter(runs).status : 'UNKNOWN'];
            expect(allowed, `${name} in ${probe} at ${at - toWall}`).toContain(detail.status);
          }
        }
      },
      fc.oneof(anyScenario, agingScenario),
    ),
  );

  it(
    'a background run begins one present interval after the end of the latest run, neither earlier nor later',
    { timeout: PATIENCE },
    () =>
      holds(
        (world) => {
          for (const registered of world.registrations) {
            const begun = beginnings(world, registered);
            for (const { call, before } of begun) {
              const { interval } = call.settings;
              if (call.cause !== 'other' || interval === undefined || !before) continue;
              expect(call.began - before.run.finished.elapsed).toBeGreaterThanOrEqual(interval);
            }
            // The pauses between the runs, and the pause until now.
            const runs = world.runs.filter((run) => run.registered === registered);
            const over = registered.removedAt ?? performance.now();
            for (let index = 0; index <= runs.length; index += 1) {
              const from = runs[index - 1]?.run.finished.elapsed;
              const to = begun.find(({ call }) => call.runsBefore === index)?.call.began ?? over;
              for (const [which, version] of world.versions.entries()) {
                const settings = settingsIn(version, registered);
                const begins = Math.max(version.at, from ?? registered.addedAt);
                const ends = Math.min(world.versions[which + 1]?.at ?? Infinity, to);
                if (!settings?.enabled || settings.interval === undefined || begins >= ends) continue;
                const next = from === undefined ? begins : from + settings.interval;
                // The change itself makes the run due. A timer of 0 ms can take 1 ms.
                const due = next > begins ? next : begins + 1;
                expect(due, `${registered.plan.name} is due from ${begins} to ${ends}`).toBeGreaterThanOrEqual(ends);
              }
            }
          }
        },
        heeding(fc.oneof(changingScenario, scheduleScenario)),
      ),
  );

  it('an override ends at its end, and the options of the code and the source apply again', { timeout: PATIENCE }, () =>
    holds(async (world) => {
      await world.wait(15_000);
      for (const { at, expected, actual } of world.snapshots) expect(actual, `at ${at}`).toEqual(expected);
      expect(world.surprises).toEqual([]);
    }),
  );

  it('live never gains an indicator', { timeout: PATIENCE }, () =>
    holds(async (world, { indicators }) => {
      world.ask('live');
      await world.wait(15_000);
      world.ask('live');
      await world.wait(LONGEST_DEADLINE);
      const named = new Set(
        indicators.filter(({ options }) => options.probes?.includes('live')).map(({ name }) => name),
      );
      for (const { probe, evaluation } of world.responses) {
        if (probe !== 'live' || !evaluation) continue;
        expect(Object.keys(evaluation.report.details).filter((name) => !named.has(name))).toEqual([]);
      }
    }),
  );

  it('no timer keeps the process alive, and no timer is left after the stop', { timeout: PATIENCE }, () =>
    holds(async (world) => {
      expect(world.timers.filter((timer) => timer.hasRef())).toEqual([]);
      expect(await world.stop()).toBe(0);
      const calls = world.calls.length;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(world.calls).toHaveLength(calls);
    }),
  );
});

function settingsIn({ indicators }: Version, registered: Registered): Present['settings'] | undefined {
  return [...indicators.values()].find((present) => present.registered === registered)?.settings;
}
