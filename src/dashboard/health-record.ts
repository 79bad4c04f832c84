import type { HealthChange } from '../core/health-change.js';
import type { HealthProbeChange } from '../core/probe-changes.js';
import { HealthStatus, isFailing } from '../core/status.js';
import type { EventLoopStall } from '../extension/event-loop-stall.js';
import type { HealthMonitor, HealthRun, LifecycleState } from '../extension/health-monitor.js';
import { clip } from '../page/html.js';
import { Ring } from './ring.js';

/** A change of state. */
export interface Transition {
  readonly kind: 'indicator' | 'probe' | 'application' | 'event-loop';
  /** Name of the indicator or the probe. Empty for the application and the event loop. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Duration of the previous state, or of a stall of the event loop, in milliseconds. */
  readonly lasted?: number;
  /** The reason. Only the full view shows the error of an indicator, and the code that blocked the event loop. */
  readonly reason?: string;
}

/** Duration of a run in milliseconds, and whether it failed. */
export interface RunPoint {
  readonly took: number;
  readonly failed: boolean;
}

export interface LastError {
  readonly text: string;
  readonly code?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface RecordLimits {
  /** Number of transitions that are kept. */
  readonly entries: number;
  /** Maximum age of a transition, in milliseconds. */
  readonly maxAge: number;
}

/** The number of runs that the chart of a check shows. */
const RUNS_KEPT = 40;
const LONGEST_TEXT = 300;

interface CheckRecord {
  readonly runs: Ring<RunPoint>;
  lastError: LastError | undefined;
}

/** The history of runs and changes, in bounded memory. */
export class HealthRecord {
  readonly #limits: RecordLimits;
  readonly #onTransition: (transition: Transition) => void;
  readonly #transitions: Ring<Transition>;
  readonly #checks = new Map<string, CheckRecord>();
  /** The latest transition of each indicator and probe, of any age. */
  readonly #latest = new Map<string, Transition>();
  #state: LifecycleState | undefined;
  #stateSince = Date.now();

  /** `onTransition` is called for each recorded transition. */
  constructor(limits: RecordLimits, onTransition: (transition: Transition) => void = () => undefined) {
    this.#limits = limits;
    this.#onTransition = onTransition;
    this.#transitions = new Ring(limits.entries);
  }

  /** Starts recording. Returns the function that stops it. */
  listen(monitor: HealthMonitor): () => void {
    this.#state = monitor.state;
    const ends = [
      monitor.onRun((run) => this.#recordRun(run)),
      monitor.onChange((change) => this.#recordChange(change)),
      monitor.onRemoved((indicator) => this.#forget(indicator)),
      monitor.onState((state) => this.#recordState(state)),
      monitor.onStall((stall) => this.#recordStall(stall)),
      ...monitor.probes.map((probe) => monitor.onProbeChange(probe, (change) => this.#recordProbeChange(change))),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** The transitions up to the maximum age, latest first. */
  transitions(now: number): Transition[] {
    return this.#transitions
      .toArray()
      .filter(({ at }) => now - at <= this.#limits.maxAge)
      .toReversed();
  }

  /** The latest runs, oldest first. */
  runs(indicator: string): RunPoint[] {
    return this.#checks.get(indicator)?.runs.toArray() ?? [];
  }

  lastError(indicator: string): LastError | undefined {
    return this.#checks.get(indicator)?.lastError;
  }

  /** Start of the current status, in milliseconds since 1970. Undefined: no recorded transition led to this status. */
  since(kind: 'indicator' | 'probe', name: string, status: string): number | undefined {
    const latest = this.#latest.get(`${kind} ${name}`);
    return latest?.to === status ? latest.at : undefined;
  }

  /** Start of the application's current phase, in milliseconds since 1970. */
  get stateSince(): number {
    return this.#stateSince;
  }

  #recordRun({ indicator, outcome, duration, finishedAt, error, message, code }: HealthRun): void {
    if (outcome === HealthStatus.SKIPPED) return;
    let check = this.#checks.get(indicator);
    if (!check) this.#checks.set(indicator, (check = { runs: new Ring(RUNS_KEPT), lastError: undefined }));
    const failed = isFailing(outcome);
    check.runs.push({ took: duration, failed });
    if (!failed) return;
    const text = clip(error ?? message ?? outcome, LONGEST_TEXT);
    check.lastError = { text, at: finishedAt.getTime(), ...(code !== undefined && { code }) };
  }

  /** The transitions of the indicator stay in the history. */
  #forget(indicator: string): void {
    this.#checks.delete(indicator);
    this.#latest.delete(`indicator ${indicator}`);
  }

  #recordChange({ indicator, from, to, at, lasted, error, message }: HealthChange): void {
    const facts = optional(lasted, error ?? message);
    this.#add({ kind: 'indicator', name: indicator, from, to, at: at.getTime(), ...facts });
  }

  #recordProbeChange({ probe, from, to, at, lasted, reason }: HealthProbeChange): void {
    this.#add({ kind: 'probe', name: probe, from, to, at: at.getTime(), ...optional(lasted, reason) });
  }

  #recordState(state: LifecycleState): void {
    const from = this.#state;
    const at = Date.now();
    this.#state = state;
    const isSamePhase = from?.phase === state.phase;
    if (from && nameOf(from) !== nameOf(state)) {
      const facts = optional(isSamePhase ? undefined : at - this.#stateSince, state.reason);
      this.#add({ kind: 'application', name: '', from: nameOf(from), to: nameOf(state), at, ...facts });
    }
    if (!isSamePhase) this.#stateSince = at;
  }

  #recordStall({ startedAt, duration, place }: EventLoopStall): void {
    const facts = optional(duration, place);
    this.#add({ kind: 'event-loop', name: '', from: 'turning', to: 'blocked', at: startedAt.getTime(), ...facts });
  }

  #add(transition: Transition): void {
    this.#transitions.push(transition);
    const { kind, name } = transition;
    if (kind === 'indicator' || kind === 'probe') this.#latest.set(`${kind} ${name}`, transition);
    this.#onTransition(transition);
  }
}

const nameOf = ({ phase, drainStep }: LifecycleState): string =>
  drainStep === undefined ? phase : `${phase}: ${drainStep}`;

function optional(lasted: number | undefined, reason: string | undefined): Pick<Transition, 'lasted' | 'reason'> {
  return {
    ...(lasted !== undefined && { lasted }),
    ...(reason !== undefined && { reason: clip(reason, LONGEST_TEXT) }),
  };
}
