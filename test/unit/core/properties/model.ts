import type { CheckRun } from '../../../../src/core/check-history.js';
import { HealthStatus, type ReportStatus } from '../../../../src/core/status.js';
import type { CheckPlan } from './scenario.js';
import type { Run } from './world.js';

/** The expected state of an indicator. Computed in the simplest way: from all runs, each time from the beginning. */
export interface Known {
  readonly status: HealthStatus;
  /** Wall time, in milliseconds. */
  readonly since: number | undefined;
  readonly consecutiveFailures: number;
  /** The status that the last run ended, and how long it lasted. Undefined: the last run did not end a status. */
  readonly ended: { readonly from: HealthStatus; readonly lasted: number | undefined } | undefined;
}

const FAILING: ReadonlySet<HealthStatus> = new Set(['UNKNOWN', 'OUT_OF_SERVICE', 'DOWN']);
const fails = (status: HealthStatus): boolean => FAILING.has(status);

interface State {
  readonly status: HealthStatus;
  readonly since: number;
  /** When the status last changed between passing and failing. */
  readonly side: number;
}

interface Thresholds {
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/** The state of an indicator after these runs, oldest first. */
export function known({ settings }: CheckPlan, runs: readonly Run[]): Known {
  return knownBy(runs.map(({ run }) => ({ run, thresholds: settings })));
}

/** The state of an indicator after these runs, oldest first, each judged by its own thresholds. */
export function knownBy(runs: readonly { readonly run: CheckRun; readonly thresholds: Thresholds }[]): Known {
  const outcomes = runs.map(({ run, thresholds }) => ({
    status: run.outcome.status,
    at: run.finished.wall,
    thresholds,
  }));
  let state: State | undefined;
  let ended: Known['ended'];
  for (const [index, { status, at, thresholds }] of outcomes.entries()) {
    const streak = streakUpTo(outcomes, index);
    ended = undefined;
    const before: State | undefined = state;
    if (before && !counts(before.status, status, streak.length, thresholds)) continue;
    if (before && before.status === status) continue;
    const turns = !before || fails(before.status) !== fails(status);
    const since = turns ? (streak[0]?.at ?? at) : at;
    const recovers = before && fails(before.status) && !fails(status);
    ended = {
      from: before?.status ?? HealthStatus.UNKNOWN,
      lasted: before && since - (recovers ? before.side : before.since),
    };
    state = { status, since, side: turns ? since : (before?.side ?? since) };
  }
  const trailing = streakUpTo(outcomes, outcomes.length - 1);
  const isFailing = trailing.length > 0 && fails(trailing[0]?.status ?? 'UP');
  return {
    status: state?.status ?? HealthStatus.UNKNOWN,
    since: state?.since,
    consecutiveFailures: isFailing ? trailing.length : 0,
    ended,
  };
}

/** The runs in a row, up to this one, that are all passing or all failing. */
function streakUpTo<T extends { readonly status: HealthStatus }>(outcomes: readonly T[], index: number): readonly T[] {
  const last = outcomes[index];
  if (!last) return [];
  const turn = outcomes.slice(0, index + 1).findLastIndex(({ status }) => fails(status) !== fails(last.status));
  return outcomes.slice(turn + 1, index + 1);
}

/** Whether a run takes effect at once, or its streak is long enough. */
function counts(from: HealthStatus, to: HealthStatus, streak: number, thresholds: Thresholds): boolean {
  if (from === 'SKIPPED' || to === 'SKIPPED' || fails(from) === fails(to)) return true;
  return streak >= (fails(to) ? thresholds.failureThreshold : thresholds.successThreshold);
}

const WORST_FIRST: readonly ReportStatus[] = ['DOWN', 'OUT_OF_SERVICE', 'UNKNOWN', 'DEGRADED', 'UP'];

/** The status of a report with these parts. */
export function worstOf(parts: readonly { readonly status: HealthStatus; readonly critical: boolean }[]): ReportStatus {
  const contributions = new Set(
    parts.map(({ status, critical }) => (fails(status) && !critical ? HealthStatus.DEGRADED : status)),
  );
  return WORST_FIRST.find((status) => contributions.has(status)) ?? 'UP';
}
