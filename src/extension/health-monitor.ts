import type { CheckCall } from '../core/check-wrappers.js';
import type { HealthChange } from '../core/health-engine.js';
import type { HealthReport } from '../core/report.js';
import type { HealthStatus } from '../core/status.js';
import type { HealthProbeChange } from '../core/probe-changes.js';

/**
 * Where the application is in its life.
 *
 * - `starting`: modules are starting, or something announced with `delayReadiness` is not done.
 * - `accepting`: traffic is welcome.
 * - `refusing`: `refuseTraffic` was called.
 * - `draining`: shutting down; work in flight is finished, and no more is wanted.
 */
export type ApplicationPhase = 'starting' | 'accepting' | 'refusing' | 'draining';

/**
 * What a drain is at: waiting until `balancers` have noticed, until `work` in flight is done, until the last
 * `connections` are closed, or `done`, when everything else of the application may be destroyed.
 */
export type DrainStep = 'balancers' | 'work' | 'connections' | 'done';

/** Where the application is in its life, to the step. */
export interface LifecycleState {
  readonly phase: ApplicationPhase;
  /** Present while the application is draining. */
  readonly drainStep?: DrainStep;
  /** Why no traffic is wanted. Undefined: it is. */
  readonly reason?: string;
}

/** What came of calling a check. */
export interface HealthOutcome {
  /** What it came to by itself, whatever the thresholds. */
  readonly outcome: HealthStatus;
  readonly isTimeout: boolean;
  readonly finishedAt: Date;
  /** Milliseconds. */
  readonly duration: number;
  /** What a caller may read of it. */
  readonly message?: string;
  readonly error?: string;
  readonly code?: string;
  /** What the check really threw or returned. It may hold secrets: for the log, never for a response or a notification. */
  readonly cause?: unknown;
}

/** A check has run. */
export interface HealthRun extends HealthOutcome {
  readonly indicator: string;
  /** The status of the indicator after it, with its thresholds taken into account. */
  readonly status: HealthStatus;
}

/**
 * Stands around each call of a check. It has to call `proceed`, once and before it returns or awaits anything: that calls
 * the check, in the context in which `proceed` is called (`AsyncLocalStorage`), and returns what came of it, as soon as
 * the engine knows. The promise never rejects. Undefined: the application stops, which has cut the call short.
 *
 * It can neither keep a check from being called nor change what comes of it. A check whose `when` says no, and an answer
 * from memory, are no calls; a run with `retries` may make several.
 */
export type HealthCheckWrapper = (call: CheckCall, proceed: () => Promise<HealthOutcome | undefined>) => unknown;

/** A probe was answered over HTTP. */
export interface ProbeResponse {
  /** `live`, `ready`, `startup`, `deep`, `overview`, or the name of a group or an indicator. */
  readonly probe: string;
  readonly statusCode: number;
  /** Of the caller: what its `User-Agent` says, and where it is. Both are the caller's own words, of any length. */
  readonly agent: string;
  readonly address: string;
}

/** One indicator as it stands. */
export interface MonitoredIndicator {
  readonly name: string;
  readonly critical: boolean;
  readonly probes: readonly string[];
  readonly tags: readonly string[];
  /** How many runs go on after their time was over. */
  readonly strayRuns: number;
}

type Unsubscribe = () => void;

/**
 * What there is to know of the application's health, for whoever shows it: metrics, alerts, a page. Nothing that is
 * read or listened to here makes a check run. What a listener throws is logged, and harms nobody; it is called in the
 * middle of things, and should leave what takes time for later. Injected by the token `HEALTH_MONITOR`.
 */
export interface HealthMonitor {
  /** The indicators, in the order in which they were found. */
  readonly indicators: readonly MonitoredIndicator[];
  /** The names of the standard probes and the groups. */
  readonly probes: readonly string[];
  readonly state: LifecycleState;
  /** What is known of a probe, a group or an indicator. Throws `UnknownProbeError` for any other name. */
  peek(name: string): HealthReport;
  /** Each function that listens returns the one that ends it. */
  onRun(listener: (run: HealthRun) => unknown): Unsubscribe;
  onChange(listener: (change: HealthChange) => unknown): Unsubscribe;
  /** Of a probe or a group, derived after runs and changes of state. Throws `UnknownProbeError` for any other name. */
  onProbeChange(probe: string, listener: (change: HealthProbeChange) => unknown): Unsubscribe;
  onResponse(listener: (answer: ProbeResponse) => unknown): Unsubscribe;
  onState(listener: (state: LifecycleState) => unknown): Unsubscribe;
  /** For what has to be there while a check runs, such as the context of a trace. What it throws is logged, and the check runs. */
  aroundCheck(wrapper: HealthCheckWrapper): Unsubscribe;
}

/** The same in every copy of the package. */
export const HEALTH_MONITOR = Symbol.for('nest-vitals:health-monitor');
