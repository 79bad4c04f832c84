import type { SharedQuorum } from '../core/check.js';
import type { CheckCall } from '../core/check-wrappers.js';
import type { HealthChange } from '../core/health-change.js';
import type { SharedOutages } from '../core/shared-outages.js';
import type { HealthReport } from '../core/report.js';
import type { SharedRuns } from '../core/shared-runs.js';
import type { HealthStatus } from '../core/status.js';
import type { HealthProbeChange } from '../core/probe-changes.js';
import type { FleetLink } from './fleet-link.js';
import type { HealthOverride, HealthRefusal, OverrideEvent } from './health-override.js';
import type { UnreadyLimit } from './unready-limit.js';
import type { EventLoopStall } from './event-loop-stall.js';

/**
 * The phase of the application.
 *
 * - `starting`: modules are starting, or a task of `delayReadiness` is not done.
 * - `accepting`: the application accepts traffic.
 * - `refusing`: `refuseTraffic` was called.
 * - `draining`: the application shuts down: work in flight finishes, new traffic is refused.
 */
export type ApplicationPhase = 'starting' | 'accepting' | 'refusing' | 'draining';

/**
 * The step of a drain. `balancers`: it waits until the balancers have received refusals. `work`: until work in flight is done.
 * `connections`: until the last connections are closed. `done`: the rest of the application is destroyed.
 */
export type DrainStep = 'balancers' | 'work' | 'connections' | 'done';

/** The phase of the application, with the step of the drain. */
export interface LifecycleState {
  readonly phase: ApplicationPhase;
  /** Present while the application is draining. */
  readonly drainStep?: DrainStep;
  /** Why the application refuses traffic. Undefined: it accepts traffic. */
  readonly reason?: string;
}

/** The outcome of one attempt. */
export interface HealthOutcome {
  /** The status before thresholds are applied. */
  readonly outcome: HealthStatus;
  readonly isTimeout: boolean;
  readonly finishedAt: Date;
  /** Milliseconds. */
  readonly duration: number;
  /** The texts that callers may see. */
  readonly message?: string;
  readonly error?: string;
  readonly code?: string;
  /** The value that the check threw or returned. It may contain secrets: use it in the log only, never in a response or a notification. */
  readonly cause?: unknown;
}

/** A finished run of a check. */
export interface HealthRun extends HealthOutcome {
  readonly indicator: string;
  /** The status of the indicator after the run, with thresholds applied. */
  readonly status: HealthStatus;
}

/**
 * Middleware around one attempt. It must call `proceed` once, before it returns or awaits. `proceed` calls the check in the
 * current context (`AsyncLocalStorage`) and returns a promise of the outcome, which never rejects. Undefined: the
 * application stopped before the attempt ended.
 *
 * The middleware can neither prevent an attempt nor change its outcome. A check that its `when` skips and a result from
 * memory are not attempts; a run with `retries` may consist of several.
 */
export type HealthCheckWrapper = (call: CheckCall, proceed: () => Promise<HealthOutcome | undefined>) => unknown;

/** A response to a probe over HTTP. */
export interface ProbeResponse {
  /** `live`, `ready`, `startup`, `deep`, `overview`, or the name of a group or an indicator. */
  readonly probe: string;
  readonly statusCode: number;
  /** The caller's `User-Agent`, unverified and of any length. */
  readonly agent: string;
  /** The remote address of the connection. */
  readonly address: string;
}

/** One indicator, as it is configured and as it runs. */
export interface MonitoredIndicator {
  readonly name: string;
  readonly critical: boolean;
  /** Whether all instances of the service depend on it, or the quorum that decides it. */
  readonly shared: boolean | SharedQuorum;
  /** `fleet`: one instance of the service runs the check for all. */
  readonly scope: 'instance' | 'fleet';
  readonly probes: readonly string[];
  readonly tags: readonly string[];
  /** How many runs continue after their timeout. */
  readonly strayRuns: number;
}

type Unsubscribe = () => void;

/**
 * The application's health for modules that observe it: metrics, alerts, a page. Reading and listening never run a check.
 * Listeners are called synchronously, so they should defer work that takes time. An error of a listener is logged and has
 * no other effect. Injected by the token `HEALTH_MONITOR`.
 */
export interface HealthMonitor {
  /** The indicators, in the order of their registration. */
  readonly indicators: readonly MonitoredIndicator[];
  /** The names of the standard probes and the groups. */
  readonly probes: readonly string[];
  readonly state: LifecycleState;
  /** The options that are overridden at present. */
  readonly overrides: readonly HealthOverride[];
  /** Each refusal of traffic that has not been withdrawn, oldest first. */
  readonly refusals: readonly HealthRefusal[];
  /** The limit of instances that are unready because of their load. Undefined: there is no limit, or no fleet. */
  readonly unreadyLimit: UnreadyLimit | undefined;
  /** The other instances of this service. Undefined: there is no fleet. */
  readonly fleet: FleetLink | undefined;
  /** The report of a probe, a group or an indicator from existing results. Throws `UnknownProbeError` for any other name. */
  peek(name: string): HealthReport;
  /** Called after each run. Like the other methods here, it returns the function that removes the listener. */
  onRun(listener: (run: HealthRun) => unknown): Unsubscribe;
  /** Called for each change of the status of an indicator or a composite. */
  onChange(listener: (change: HealthChange) => unknown): Unsubscribe;
  /** Called with the name of an indicator, or of a composite without parts, after it was removed, so that its state can be dropped. */
  onRemoved(listener: (indicator: string) => unknown): Unsubscribe;
  /** Called when the status of a probe or a group changes, after runs and changes of state. Throws `UnknownProbeError` for any other name. */
  onProbeChange(probe: string, listener: (change: HealthProbeChange) => unknown): Unsubscribe;
  onResponse(listener: (response: ProbeResponse) => unknown): Unsubscribe;
  onState(listener: (state: LifecycleState) => unknown): Unsubscribe;
  /** Called when a stall of the event loop has ended. Only the watchdog of `nest-vitals/management` reports stalls. */
  onStall(listener: (stall: EventLoopStall) => unknown): Unsubscribe;
  /** Called when an override of an indicator's options begins or ends. */
  onOverride(listener: (event: OverrideEvent) => unknown): Unsubscribe;
  /** For a fleet: from now on, `outages` decides about failures of shared indicators with a quorum. */
  compareWithPeers(outages: SharedOutages): void;
  /** For a fleet: from now on, an overloaded instance stays in rotation while the limit is reached. */
  limitUnready(limit: UnreadyLimit): void;
  /** For a fleet: from now on, `runs` shares the outcomes of indicators with `scope: 'fleet'`. */
  shareRuns(runs: SharedRuns): void;
  /** For a fleet: connects modules that act once for all instances. Call it in a constructor. */
  linkFleet(link: FleetLink): void;
  /** For a watchdog: passes a stall that has ended to the listeners. */
  recordStall(stall: EventLoopStall): void;
  /** Adds middleware around each attempt, for example for the context of a trace. An error of it is logged, and the check runs. */
  aroundCheck(wrapper: HealthCheckWrapper): Unsubscribe;
}

/** The same in every copy of the package. */
export const HEALTH_MONITOR = Symbol.for('nest-vitals:health-monitor');
