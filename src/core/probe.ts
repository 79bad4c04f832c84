import type { CheckRunner } from './check-runner.js';
import { CompositeDetails } from './composite-detail.js';
import { GRACE, LoopTimer } from './loop-timer.js';
import { type Moment, elapsed, isoTime, moment } from './moment.js';
import { type HealthCheckDetail, type HealthReport, type Overdue, describeCheck } from './report.js';
import type { ReportedSource } from './reported-source.js';
import type { Revision } from './revision.js';
import { type ServiceIdentity, describeService } from './service-info.js';
import { type HealthStatus, aggregate, isFailing } from './status.js';

/** A report, and the age of its oldest result. */
export interface Evaluation {
  /** On the monotonic clock: until then the evaluation is reused, unless its revision changes. */
  readonly reusableUntil: number;
  /** The value of the revision when it was composed. */
  readonly revision: number;
  readonly report: HealthReport;
  /** The time of the oldest result, in ISO 8601 format. */
  readonly checkedAt: string;
}

/** The part that is the same in the reports of all probes. */
export interface ReportFrame {
  readonly identity: ServiceIdentity;
  /** The state of the sources of options. Undefined: there are none. */
  sources?: readonly ReportedSource[] | undefined;
}

/** The rules of one probe. */
export interface ProbeRules {
  /** The time within which the probe responds, whatever the checks do, in milliseconds. */
  readonly deadline: number;
  /** The indicators in the report. */
  members(): readonly CheckRunner[];
  /** Additional indicators that this probe runs without showing them in its report. */
  alsoRuns?(): readonly CheckRunner[];
  /** Whether an indicator or a composite alone can make the report fail. Default: its own `critical`. */
  isCritical?(critical: boolean): boolean;
  /** Parts are reported by their full names, without their composites. */
  readonly isFlat?: boolean;
  /** Why the failure of an indicator only degrades this report. Undefined: it fails the report if it is critical. */
  tolerates?(runner: CheckRunner): string | undefined;
  /** The detail of an indicator, where that is not its present state. */
  describe?(runner: CheckRunner): HealthCheckDetail | undefined;
  /** Why the application itself accepts no traffic. Undefined: it accepts traffic, or this probe ignores that. */
  closedBecause?(): string | undefined;
}

/** Milliseconds. A report is composed again after this time even without a change, so that its timestamp and uptime are right to the second. */
const LONGEST_REUSE = 1000;

/** Evaluates one probe: from the existing report while its results are fresh, else after running the checks that are due. */
export class Probe {
  readonly #rules: ProbeRules;
  readonly #frame: ReportFrame;
  readonly #revision: Pick<Revision, 'value'>;
  #evaluation: Evaluation | undefined;
  #composedAtRevision = -1;
  #underWay: Promise<Evaluation> | undefined;
  /** The indicators in the report when the evaluation under way began. */
  #membersUnderWay: readonly CheckRunner[] = [];

  constructor(rules: ProbeRules, frame: ReportFrame, revision: Pick<Revision, 'value'>) {
    this.#rules = rules;
    this.#frame = frame;
    this.#revision = revision;
  }

  /**
   * Returns the evaluation directly when no check has to run, which is the usual case. `timeLimit`: milliseconds, for a
   * caller that has less time than the deadline.
   */
  evaluate(timeLimit: number = this.#rules.deadline): Evaluation | Promise<Evaluation> {
    const now = elapsed();
    if (
      this.#evaluation !== undefined &&
      now <= this.#evaluation.reusableUntil &&
      this.#composedAtRevision === this.#revision.value
    ) {
      return this.#evaluation;
    }
    const underWay = this.#underWay ?? this.#renew(now);
    if (!(underWay instanceof Promise) || timeLimit >= this.#rules.deadline) return underWay;
    const members = this.#membersUnderWay;
    return settledWithin([underWay], timeLimit).then(() => this.#composePresent(members));
  }

  /** From the existing results, whatever their age. Runs nothing. */
  peek(): Evaluation {
    return this.#describe(this.#rules.members(), () => undefined);
  }

  #renew(now: number): Evaluation | Promise<Evaluation> {
    const runs: Promise<void>[] = [];
    const members = this.#rules.members();
    for (const runner of members) {
      if (this.#rules.describe?.(runner)) continue;
      const run = runner.refresh(now);
      if (run) runs.push(run);
    }
    for (const runner of this.#rules.alsoRuns?.() ?? []) {
      const run = runner.refresh(now);
      if (run) runs.push(run);
    }
    if (runs.length === 0) return this.#compose(members);
    this.#membersUnderWay = members;
    return (this.#underWay = settledWithin(runs, this.#rules.deadline - (elapsed() - now)).then(() => {
      this.#underWay = undefined;
      return this.#composePresent(members);
    }));
  }

  /**
   * Composes the report after an evaluation that began with `members`. Indicators that were removed meanwhile are left out,
   * and so are added ones without a result: the next report runs them.
   */
  #composePresent(members: readonly CheckRunner[]): Evaluation {
    const present = this.#rules.members();
    if (present === members) return this.#compose(members);
    const began = new Set(members);
    const evaluation = this.#compose(present.filter((runner) => began.has(runner) || runner.hasResult));
    this.#evaluation = undefined;
    return { ...evaluation, reusableUntil: -Infinity };
  }

  #compose(members: readonly CheckRunner[]): Evaluation {
    this.#evaluation = this.#describe(members, (runner) => this.#overdue(runner));
    this.#composedAtRevision = this.#revision.value;
    return this.#evaluation;
  }

  #describe(members: readonly CheckRunner[], overdue: (runner: CheckRunner) => Overdue | undefined): Evaluation {
    const now = moment();
    const details: Record<string, HealthCheckDetail> = {};
    const parts: { status: HealthStatus; critical: boolean }[] = [];
    let reusableUntil = now.elapsed + LONGEST_REUSE;
    let oldest: Moment = now;
    let composites: CompositeDetails | undefined;

    for (const runner of members) {
      const kept = this.#rules.describe?.(runner);
      const described = kept ?? describeCheck(runner, now, overdue(runner));
      const tolerated = isFailing(described.status) ? this.#rules.tolerates?.(runner) : undefined;
      const detail = tolerated === undefined ? described : Object.freeze({ ...described, shared: tolerated });
      const { status } = described;
      const { critical } = runner.definition.settings;
      const { partOf } = runner;
      if (partOf === undefined || this.#rules.isFlat) {
        details[runner.name] = detail;
        parts.push({ status, critical: this.#counts(critical) && tolerated === undefined });
      } else {
        // Reserves the position of the first part for the composite.
        details[partOf.composite] ??= detail;
        composites ??= new CompositeDetails();
        composites.add(partOf, detail, { status, critical, isTolerated: tolerated !== undefined });
      }
      if (kept) continue;
      reusableUntil = Math.min(reusableUntil, runner.freshUntil);
      const finished = runner.history.latest?.finished;
      if (finished && finished.elapsed < oldest.elapsed) oldest = finished;
    }
    for (const [name, detail, { critical }] of composites?.describe() ?? []) {
      details[name] = detail;
      parts.push({ status: detail.status, critical: this.#counts(critical) });
    }
    for (const runner of this.#rules.alsoRuns?.() ?? []) reusableUntil = Math.min(reusableUntil, runner.freshUntil);
    const reason = this.#rules.closedBecause?.();
    if (reason !== undefined) parts.push({ status: 'OUT_OF_SERVICE', critical: true });

    const { identity, sources } = this.#frame;
    const report: HealthReport = Object.freeze({
      status: aggregate(parts),
      ...(reason !== undefined && { reason }),
      timestamp: isoTime(now),
      details: Object.freeze(details),
      ...(sources && { sources }),
      service_info: Object.freeze(describeService(identity)),
    });
    return { report, checkedAt: isoTime(oldest), reusableUntil, revision: this.#revision.value };
  }

  #counts(critical: boolean): boolean {
    return this.#rules.isCritical?.(critical) ?? critical;
  }

  #overdue(runner: CheckRunner): Overdue | undefined {
    return runner.isRunning && !runner.isInBackground ? { deadline: this.#rules.deadline } : undefined;
  }
}

/** Resolves when all have settled, or after the given time. */
function settledWithin(runs: readonly Promise<unknown>[], milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = new LoopTimer(Math.max(1, milliseconds), resolve, GRACE);
    void Promise.allSettled(runs).then(() => {
      timer.clear();
      resolve();
    });
  });
}
