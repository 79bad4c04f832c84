import { vi } from 'vitest';
import type { HealthCheckContext } from '../../../../src/core/check.js';
import type { CheckRun } from '../../../../src/core/check-history.js';
import type { Evaluation } from '../../../../src/core/probe.js';
import { RecordedEngine } from '../../../support/engine.js';
import { advance } from '../../../support/fake-clock.js';
import { PlannedCalls } from './planned-calls.js';
import { type Behaviour, type CheckPlan, GROUP, type Scenario, type Step } from './scenario.js';

/** One call of a check, as seen by the check. */
export interface Call {
  readonly plan: CheckPlan;
  readonly behaviour: Behaviour;
  readonly began: number;
  /** The number of finished runs of this check. */
  readonly runsBefore: number;
  endedAt?: number;
  abortedAt?: number;
}

/** A finished run. */
export interface Run {
  readonly plan: CheckPlan;
  readonly run: CheckRun;
  /** The last call of this run. Undefined: the condition was false. */
  readonly call: Call | undefined;
}

export interface ProbeResponse {
  readonly probe: string;
  readonly askedAt: number;
  /** Milliseconds until the deadline of the response. */
  readonly within: number;
  respondedAt?: number;
  evaluation?: Evaluation;
  /** Whether the response came from the existing report, without waiting for a check. */
  isAtOnce?: boolean;
  rejectedWith?: unknown;
  /** The number of finished runs at the response, and of those that finished before this millisecond. */
  runs?: { readonly now: number; readonly before: number };
}

const MISTAKE = 'a mistake of a bystander';

/** An engine during a scenario, with a record of all events. */
export class World {
  readonly recorded: RecordedEngine;
  readonly calls: Call[] = [];
  readonly runs: Run[] = [];
  readonly responses: ProbeResponse[] = [];
  /** The timers that the engine has set, to find out whether one keeps the process alive. */
  readonly timers: NodeJS.Timeout[] = [];
  readonly #scenario: Scenario;
  readonly #planned = new PlannedCalls();
  readonly #turns = new Map<string, number>();
  /** The checks whose condition was false at its last evaluation. */
  readonly #skipped = new Set<CheckPlan>();
  readonly #setTimeout = globalThis.setTimeout;
  #hasRecovered = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { deadline, deadlines, maxConcurrency, bystander, checks } = scenario;
    this.recorded = new RecordedEngine({
      deadline,
      deadlines,
      maxConcurrency,
      groups: new Map([[GROUP, { indicators: [], tags: [GROUP] }]]),
    });
    const { engine } = this.recorded;
    const fail = (): never => {
      throw new Error(MISTAKE);
    };
    if (bystander === 'a listener that throws') {
      engine.onRun(fail);
      engine.onChange(fail);
    }
    if (bystander === 'a wrapper that throws') engine.aroundCheck(fail);
    if (bystander === 'a wrapper that never calls') engine.aroundCheck(() => undefined);
    engine.onRun(({ indicator, run }) => {
      const plan = this.plan(indicator);
      const call = this.calls.findLast((made) => made.plan === plan);
      const isOfThisRun = call?.runsBefore === this.#runsOf(plan).length && !this.#skipped.has(plan);
      this.runs.push({ plan, run, call: isOfThisRun ? call : undefined });
    });
    for (const plan of checks) {
      this.recorded.add(plan.name, (context) => this.#call(plan, context), {
        ...plan.settings,
        when: plan.hasCondition ? () => this.#applies(plan) : undefined,
      });
    }
  }

  plan(name: string): CheckPlan {
    const found = this.#scenario.checks.find((plan) => plan.name === name);
    if (!found) throw new Error(`there is no check "${name}"`);
    return found;
  }

  /** Runs the scenario, from the start of the engine. */
  async play(): Promise<void> {
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, delay: number) => {
      const timer = this.#setTimeout(callback, delay);
      this.timers.push(timer);
      return timer;
    }) as typeof setTimeout);
    this.recorded.engine.start();
    for (const step of this.#scenario.steps) await this.#take(step);
  }

  async #take(step: Step): Promise<void> {
    if (step.kind === 'wait') await advance(step.milliseconds);
    else if (step.kind === 'release') await this.release();
    else for (let time = 0; time < step.times; time += 1) this.ask(step.probe, step.timeLimit);
  }

  ask(probe: string, timeLimit?: number): ProbeResponse {
    const { deadline, deadlines } = this.#scenario;
    const own = Object.hasOwn(deadlines, probe) ? (deadlines[probe] ?? deadline) : deadline;
    const response: ProbeResponse = { probe, askedAt: performance.now(), within: Math.min(own, timeLimit ?? own) };
    this.responses.push(response);
    const responded = (outcome: Pick<ProbeResponse, 'evaluation' | 'isAtOnce' | 'rejectedWith'>): void => {
      const now = performance.now();
      const before = this.runs.filter(({ run }) => run.finished.elapsed < now).length;
      Object.assign(response, outcome, { respondedAt: now, runs: { now: this.runs.length, before } });
    };
    try {
      const evaluation = this.recorded.engine.evaluate(probe, timeLimit);
      if (!(evaluation instanceof Promise)) responded({ evaluation, isAtOnce: true });
      else {
        evaluation.then(
          (value) => responded({ evaluation: value }),
          (rejectedWith: unknown) => responded({ rejectedWith }),
        );
      }
    } catch (rejectedWith) {
      responded({ rejectedWith });
    }
    return response;
  }

  /** Ends all calls in progress. */
  async release(): Promise<void> {
    this.#planned.endAll();
    await advance(0);
  }

  /** From now on every check passes at once. */
  recover(): void {
    this.#hasRecovered = true;
  }

  /** Waits for the responses that are still due. */
  async settled(): Promise<void> {
    await advance(1500);
  }

  /** Stops the engine. Hanging calls stay pending. Returns the number of remaining timers. */
  async stop(): Promise<number> {
    this.recorded.engine.stop();
    await advance(0);
    this.#planned.clearTimers();
    return vi.getTimerCount();
  }

  /** Ends all calls and timers, so that the next world starts with a clean clock. */
  async end(): Promise<void> {
    await this.stop();
    await this.release();
    vi.clearAllTimers();
    vi.mocked(globalThis.setTimeout).mockRestore();
  }

  #runsOf(plan: CheckPlan): Run[] {
    return this.runs.filter((run) => run.plan === plan);
  }

  #next(plan: CheckPlan, isTaken: boolean): readonly [Behaviour, number] {
    const turn = this.#turns.get(plan.name) ?? 0;
    if (isTaken) this.#turns.set(plan.name, turn + 1);
    const planned = plan.behaviours[turn % plan.behaviours.length];
    if (!planned || this.#hasRecovered) return [{ ending: 'up', delay: 'sync', heedsAbort: true, applies: true }, turn];
    return [planned, turn];
  }

  #applies(plan: CheckPlan): boolean {
    const [{ applies }] = this.#next(plan, false);
    if (applies) this.#skipped.delete(plan);
    else {
      this.#skipped.add(plan);
      this.#next(plan, true);
    }
    return applies;
  }

  #call(plan: CheckPlan, { signal }: HealthCheckContext): unknown {
    const [behaviour, turn] = this.#next(plan, true);
    const call: Call = { plan, behaviour, began: performance.now(), runsBefore: this.#runsOf(plan).length };
    this.calls.push(call);
    return this.#planned.make(behaviour, turn, signal, call);
  }
}
