import type { FinishedRun, HealthEngine } from './core/health-engine.js';
import type { HealthChange } from './core/health-change.js';
import type { SharedOutages } from './core/shared-outages.js';
import { Listeners } from './core/listeners.js';
import type { HealthReport } from './core/report.js';
import type { HealthResponse } from './endpoints/health-response.js';
import type { ApplicationState } from './lifecycle/application-state.js';
import type { EventLoopStall } from './extension/event-loop-stall.js';
import type {
  ProbeResponse,
  HealthCheckWrapper,
  HealthMonitor,
  HealthOutcome,
  HealthRun,
  LifecycleState,
  MonitoredIndicator,
} from './extension/health-monitor.js';
import type { FleetLink } from './extension/fleet-link.js';
import type { HealthOverride, HealthRefusal, OverrideEvent } from './extension/health-override.js';
import type { UnreadyLimit } from './extension/unready-limit.js';
import type { Overrides } from './overrides/overrides.js';
import type { CheckRun } from './core/check-history.js';
import type { SharedRuns } from './core/shared-runs.js';
import { type HealthProbeChange, ProbeChanges } from './core/probe-changes.js';
import type { HealthRequest } from './options/health-module-options.js';

/** Derives the events of `HealthMonitor` from those of the engine, the application's state and the endpoints. */
export class EngineMonitor implements HealthMonitor {
  readonly #engine: HealthEngine;
  readonly #application: ApplicationState;
  readonly #overrides: Overrides;
  readonly #runs: Listeners<HealthRun>;
  readonly #responses: Listeners<ProbeResponse>;
  readonly #states: Listeners<LifecycleState>;
  readonly #stalls: Listeners<EventLoopStall>;
  readonly #probeChanges: ProbeChanges;
  /** Also kept without listeners: a listener that is added later must receive every change from then on. */
  #lastState: LifecycleState;

  #unreadyLimit: UnreadyLimit | undefined;
  #fleet: FleetLink | undefined;

  constructor(
    engine: HealthEngine,
    application: ApplicationState,
    overrides: Overrides,
    onFault: (fault: unknown) => void,
  ) {
    this.#engine = engine;
    this.#overrides = overrides;
    this.#application = application;
    this.#lastState = this.state;
    this.#runs = new Listeners(onFault);
    this.#responses = new Listeners(onFault);
    this.#states = new Listeners(onFault);
    this.#stalls = new Listeners(onFault);
    this.#probeChanges = new ProbeChanges(
      (probe) => this.peek(probe),
      () => application.isBootstrapped,
      onFault,
    );
    engine.onRun((run) => this.#recordRun(run));
    application.onChange(() => this.#compareState());
  }

  get indicators(): readonly MonitoredIndicator[] {
    return [...this.#engine.runners].map(({ name, isCritical, definition: { settings }, strayRuns }) => ({
      name,
      critical: isCritical,
      shared: settings.shared,
      scope: settings.scope,
      probes: settings.probes,
      tags: settings.tags,
      strayRuns,
    }));
  }

  get probes(): readonly string[] {
    return this.#engine.probes;
  }

  get state(): LifecycleState {
    const { phase, drainStep, closedBecause: reason } = this.#application;
    return { phase, ...(drainStep && { drainStep }), ...(reason !== undefined && { reason }) };
  }

  get overrides(): readonly HealthOverride[] {
    return this.#overrides.list;
  }

  get refusals(): readonly HealthRefusal[] {
    return this.#application.refusals;
  }

  peek(name: string): HealthReport {
    return this.#engine.peek(name).report;
  }

  onRun(listener: (run: HealthRun) => unknown): () => void {
    return this.#runs.add(listener);
  }

  onChange(listener: (change: HealthChange) => unknown): () => void {
    return this.#engine.onChange(listener);
  }

  onRemoved(listener: (indicator: string) => unknown): () => void {
    return this.#engine.onRemoved(listener);
  }

  onProbeChange(probe: string, listener: (change: HealthProbeChange) => unknown): () => void {
    return this.#probeChanges.add(probe, listener);
  }

  onResponse(listener: (response: ProbeResponse) => unknown): () => void {
    return this.#responses.add(listener);
  }

  onState(listener: (state: LifecycleState) => unknown): () => void {
    return this.#states.add(listener);
  }

  onStall(listener: (stall: EventLoopStall) => unknown): () => void {
    return this.#stalls.add(listener);
  }

  onOverride(listener: (event: OverrideEvent) => unknown): () => void {
    return this.#overrides.onEvent(listener);
  }

  compareWithPeers(outages: SharedOutages): void {
    this.#engine.compareWithPeers(outages);
  }

  get unreadyLimit(): UnreadyLimit | undefined {
    return this.#unreadyLimit;
  }

  limitUnready(limit: UnreadyLimit): void {
    this.#unreadyLimit = limit;
  }

  get fleet(): FleetLink | undefined {
    return this.#fleet;
  }

  linkFleet(link: FleetLink): void {
    this.#fleet = link;
  }

  shareRuns(runs: SharedRuns): void {
    this.#engine.shareRuns(runs);
  }

  recordStall(stall: EventLoopStall): void {
    this.#stalls.emit(stall);
  }

  aroundCheck(wrapper: HealthCheckWrapper): () => void {
    return this.#engine.aroundCheck((call, proceed) =>
      wrapper(call, async () => {
        const run = await proceed();
        return run && describeOutcome(run);
      }),
    );
  }

  #recordRun({ indicator, run, status }: FinishedRun): void {
    this.#probeChanges.scheduleCompare();
    if (this.#runs.isEmpty) return;
    this.#runs.emit({ indicator, status, ...describeOutcome(run) });
  }

  /** Called for every response to a probe. Without listeners it must cost nothing. */
  recordResponse(probe: string, { headers, socket }: HealthRequest, { statusCode }: HealthResponse): void {
    if (this.#responses.isEmpty) return;
    const agent = headers['user-agent'];
    this.#responses.emit({
      probe,
      statusCode,
      agent: typeof agent === 'string' ? agent : '',
      address: socket?.remoteAddress ?? '',
    });
  }

  #compareState(): void {
    this.#probeChanges.compare();
    const state = this.state;
    const last = this.#lastState;
    if (last.phase === state.phase && last.drainStep === state.drainStep && last.reason === state.reason) return;
    this.#lastState = state;
    this.#states.emit(state);
  }
}

function describeOutcome({ outcome, finished, took }: CheckRun): HealthOutcome {
  const { status, message, error, code, cause, isTimeout = false } = outcome;
  return {
    outcome: status,
    isTimeout,
    finishedAt: new Date(finished.wall),
    duration: took,
    ...(message !== undefined && { message }),
    ...(error !== undefined && { error }),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause }),
  };
}
