import type { HealthChange } from '../core/health-engine.js';
import type { HealthProbeChange } from '../core/probe-changes.js';
import { HealthStatus, isFailing } from '../core/status.js';
import type { HealthMonitor, HealthRun, LifecycleState } from '../extension/health-monitor.js';
import { clip } from './render/html.js';
import { Ring } from './ring.js';

/** Something went from one state to another. */
export interface Transition {
  readonly kind: 'indicator' | 'probe' | 'application';
  /** Of the indicator or the probe. Empty: the application itself. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** How long, in milliseconds, the state before had lasted. */
  readonly lasted?: number;
  /** Why. For those alone who may see errors, unless the application itself gave the reason. */
  readonly words?: string;
}

/** How long a run took, in milliseconds, and whether it failed. */
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
  /** How many transitions are kept. */
  readonly entries: number;
  /** How long, in milliseconds. */
  readonly maxAge: number;
}

/** As many as the curve of a check shows. */
const RUNS_KEPT = 40;
const LONGEST_WORDS = 300;

interface CheckRecord {
  readonly runs: Ring<RunPoint>;
  lastError: LastError | undefined;
}

/** What has happened lately, as the monitor told it. It takes so much memory and no more, whatever happens. */
export class HealthRecord {
  readonly #limits: RecordLimits;
  readonly #onTransition: (transition: Transition) => void;
  readonly #transitions: Ring<Transition>;
  readonly #checks = new Map<string, CheckRecord>();
  /** The latest transition of each indicator and probe, however old it is. */
  readonly #latest = new Map<string, Transition>();
  #state: LifecycleState | undefined;
  #stateSince = Date.now();

  /** `onTransition` is called when one has been taken down. */
  constructor(limits: RecordLimits, onTransition: (transition: Transition) => void = () => undefined) {
    this.#limits = limits;
    this.#onTransition = onTransition;
    this.#transitions = new Ring(limits.entries);
  }

  /** Begins to listen. Returns what ends it. */
  listen(monitor: HealthMonitor): () => void {
    this.#state = monitor.state;
    const ends = [
      monitor.onRun((run) => this.#ran(run)),
      monitor.onChange((change) => this.#changed(change)),
      monitor.onState((state) => this.#stateChanged(state)),
      ...monitor.probes.map((probe) => monitor.onProbeChange(probe, (change) => this.#probeChanged(change))),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** The latest first, none older than the limit. */
  transitions(now: number): Transition[] {
    return this.#transitions
      .toArray()
      .filter(({ at }) => now - at <= this.#limits.maxAge)
      .toReversed();
  }

  /** The oldest first. */
  runs(indicator: string): RunPoint[] {
    return this.#checks.get(indicator)?.runs.toArray() ?? [];
  }

  lastError(indicator: string): LastError | undefined {
    return this.#checks.get(indicator)?.lastError;
  }

  /** Since when it is known to have this status, in milliseconds since 1970. Undefined: it has not changed yet, or not to that. */
  since(kind: 'indicator' | 'probe', name: string, status: string): number | undefined {
    const latest = this.#latest.get(`${kind} ${name}`);
    return latest?.to === status ? latest.at : undefined;
  }

  /** Since when the application is in the phase that it is in. */
  get stateSince(): number {
    return this.#stateSince;
  }

  #ran({ indicator, outcome, duration, finishedAt, error, message, code }: HealthRun): void {
    if (outcome === HealthStatus.SKIPPED) return;
    let check = this.#checks.get(indicator);
    if (!check) this.#checks.set(indicator, (check = { runs: new Ring(RUNS_KEPT), lastError: undefined }));
    const failed = isFailing(outcome);
    check.runs.push({ took: duration, failed });
    if (!failed) return;
    const text = clip(error ?? message ?? outcome, LONGEST_WORDS);
    check.lastError = { text, at: finishedAt.getTime(), ...(code !== undefined && { code }) };
  }

  #changed({ indicator, from, to, at, lasted, error, message }: HealthChange): void {
    const words = optional(lasted, error ?? message);
    this.#add({ kind: 'indicator', name: indicator, from, to, at: at.getTime(), ...words });
  }

  #probeChanged({ probe, from, to, at, lasted, reason }: HealthProbeChange): void {
    this.#add({ kind: 'probe', name: probe, from, to, at: at.getTime(), ...optional(lasted, reason) });
  }

  #stateChanged(state: LifecycleState): void {
    const from = this.#state;
    const at = Date.now();
    this.#state = state;
    const isSamePhase = from?.phase === state.phase;
    if (from && nameOf(from) !== nameOf(state)) {
      const words = optional(isSamePhase ? undefined : at - this.#stateSince, state.reason);
      this.#add({ kind: 'application', name: '', from: nameOf(from), to: nameOf(state), at, ...words });
    }
    if (!isSamePhase) this.#stateSince = at;
  }

  #add(transition: Transition): void {
    this.#transitions.push(transition);
    if (transition.kind !== 'application') this.#latest.set(`${transition.kind} ${transition.name}`, transition);
    this.#onTransition(transition);
  }
}

const nameOf = ({ phase, drainStep }: LifecycleState): string =>
  drainStep === undefined ? phase : `${phase}: ${drainStep}`;

function optional(lasted: number | undefined, words: string | undefined): Pick<Transition, 'lasted' | 'words'> {
  return {
    ...(lasted !== undefined && { lasted }),
    ...(words !== undefined && { words: clip(words, LONGEST_WORDS) }),
  };
}
