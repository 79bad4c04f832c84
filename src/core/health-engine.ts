import { UnknownProbeError } from '../errors/unknown-probe.error.js';
import { BackgroundSchedule } from './background-schedule.js';
import type { CheckDefinition, CheckSettings, HealthCheckContext, SharedQuorum, ShownOverride } from './check.js';
import type { CheckRun, StatusChange } from './check-history.js';
import { CheckRunner, type RunnerEvents } from './check-runner.js';
import { type CheckWrapper, CheckWrappers } from './check-wrappers.js';
import { COMPOSITE_DEFAULTS, type CompositeSettings, type PartOf, partName } from './composite.js';
import { Limiter } from './limiter.js';
import { type Listener, Listeners, neverThrows } from './listeners.js';
import { elapsed, moment } from './moment.js';
import { type Evaluation, Probe, type ProbeRules } from './probe.js';
import { Revision } from './revision.js';
import { CheckRegistry, type GroupDefinition, PROBES } from './registry.js';
import { type HealthCheckDetail, describeCheck } from './report.js';
import type { ServiceIdentity } from './service-info.js';
import { type SharedRuns, takeOrCall } from './shared-runs.js';
import { type HealthStatus, isFailing } from './status.js';

/** Whether the application as a whole accepts traffic, independent of its indicators. */
export interface TrafficGate {
  /** Every module of the application has started. */
  readonly isBootstrapped: boolean;
  /** Why the application accepts no traffic now. Undefined: it accepts traffic. */
  readonly closedBecause: string | undefined;
}

export interface EngineSettings {
  /** The time within which a probe responds, in milliseconds. */
  readonly deadline: number;
  /** Deadlines of single probes, where they differ. */
  readonly deadlines: Readonly<Record<string, number>>;
  /** How many checks may run at the same time. */
  readonly maxConcurrency: number;
  readonly groups: ReadonlyMap<string, GroupDefinition>;
  /** The settings of the composites that have options, by name. Default: none. */
  readonly composites?: ReadonlyMap<string, CompositeSettings>;
  readonly identity: ServiceIdentity;
  readonly gate: TrafficGate;
  /** Receives the errors of listeners and wrappers. `place` names another origin, such as a listener of a check's signal. */
  onListenerFault(fault: unknown, place?: string): void;
}

/** An indicator's status has changed. */
export interface HealthChange {
  readonly indicator: string;
  readonly critical: boolean;
  readonly from: HealthStatus;
  readonly to: HealthStatus;
  readonly at: Date;
  /**
   * How long the previous status lasted, in milliseconds; on a recovery, the duration of the whole outage. Undefined when
   * there was no earlier status.
   */
  readonly lasted: number | undefined;
  readonly message?: string;
  readonly error?: string;
  readonly code?: string;
  /** The value that the check threw or returned. It may contain secrets: use it for the log only, never for a response or a notification. */
  readonly cause?: unknown;
}

/** A run of a check has finished. */
export interface FinishedRun {
  readonly indicator: string;
  readonly run: CheckRun;
  /** The status of the indicator after the run, with its thresholds applied. */
  readonly status: HealthStatus;
}

/** What other instances of the service report of shared indicators. */
export interface SharedOutages {
  /** Describes the outage if enough other instances report the same failure. Undefined: this instance decides alone. */
  of(indicator: string, quorum: SharedQuorum): string | undefined;
}

/** Runs the checks and evaluates the probes. It depends neither on HTTP nor on Nest. */
export class HealthEngine {
  readonly #settings: EngineSettings;
  readonly #registry: CheckRegistry;
  readonly #limiter: Limiter;
  readonly #probes = new Map<string, Probe>();
  readonly #schedules = new Map<CheckRunner, BackgroundSchedule>();
  /** Changes when reports become obsolete. */
  readonly revision = new Revision();
  readonly #changes: Listeners<HealthChange>;
  readonly #runs: Listeners<FinishedRun>;
  readonly #removals: Listeners<string>;
  readonly #wrappers: CheckWrappers;
  /** The details of the startup indicators that have passed once. */
  readonly #startedUp = new Map<CheckRunner, HealthCheckDetail>();
  #sharedOutages: SharedOutages | undefined;
  #sharedRuns: SharedRuns | undefined;
  #isStartupComplete = false;
  #isStarted = false;
  #isStopped = false;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
    this.#registry = new CheckRegistry(settings.groups);
    this.#limiter = new Limiter(settings.maxConcurrency);
    const onFault = neverThrows((fault) => settings.onListenerFault(fault));
    this.#changes = new Listeners(onFault);
    this.#runs = new Listeners(onFault);
    this.#removals = new Listeners(onFault);
    this.#wrappers = new CheckWrappers(onFault);
    this.#addProbe('live', {});
    this.#addProbe('deep', {});
    this.#addProbe('ready', {
      alsoRuns: () => this.#awaitedAtStartup(),
      tolerates: (runner) => this.#toleratedBecause(runner),
      closedBecause: () => this.#notReadyBecause(),
    });
    this.#addProbe('startup', {
      describe: (runner) => this.#startedUp.get(runner),
      isCritical: (critical) => critical && !this.#isStartupComplete,
      closedBecause: () => this.#notBootstrappedBecause(),
    });
    for (const group of settings.groups.keys()) this.#addProbe(group, {});
  }

  /** Adds an indicator. In a running application its background runs begin immediately. */
  add(definition: CheckDefinition): void {
    const events: RunnerEvents = {
      settled: (settled, run, change) => this.#onSettled(settled, run, change),
      invalidated: () => this.invalidate(),
      faulted: ({ name }, place, fault) =>
        neverThrows(() => this.#settings.onListenerFault(fault, `Indicator ${name}: ${place}`))(fault),
    };
    const shareable = { ...definition, check: (context: HealthCheckContext) => this.#callCheck(definition, context) };
    const runner = new CheckRunner(shareable, this.#limiter, events, this.#wrappers, this.#partOf(definition.name));
    this.#registry.add(runner);
    this.invalidate();
    if (this.#isStopped) runner.stop();
    else if (this.#isStarted) this.#startBackground(runner);
  }

  /**
   * Replaces the settings of an indicator, all at once: no report shows a part of them. A run under way ends by the
   * settings that it began with. Reports show `override` beside the state of the indicator. Throws `UnknownProbeError` if
   * there is no indicator of that name.
   */
  configure(name: string, settings: CheckSettings, override?: ShownOverride): void {
    const runner = this.#runnerOf(name);
    runner.configure(settings, override);
    this.#registry.refreshMembers();
    this.#updateBackground(runner);
    this.invalidate();
  }

  /** Removes an indicator and aborts its run. Does nothing if there is none of that name. */
  remove(name: string): void {
    const runner = this.#registry.get(name);
    if (!runner) return;
    this.#registry.remove(runner);
    const composite = runner.partOf?.composite;
    const ended = composite !== undefined && !this.isComposite(composite) ? [name, composite] : [name];
    for (const each of ended) this.#probes.delete(each);
    this.#startedUp.delete(runner);
    this.#endBackground(runner);
    runner.stop('the indicator was removed');
    this.invalidate();
    // A listener of a run or a change may remove the indicator. The other listeners must receive that event first.
    queueMicrotask(() => {
      for (const each of ended) this.#removals.emit(each);
    });
  }

  /**
   * Runs an indicator, or all parts of a composite, now, or joins their runs, however fresh the results are. Resolves when
   * the runs have ended. A disabled indicator does not run. Throws `UnknownProbeError` if there is none of that name.
   */
  runNow(name: string): Promise<void> {
    const parts = this.#registry.partsOf(name);
    if (parts) return Promise.all(parts.map((part) => this.runNow(part.name))).then(() => undefined);
    const runner = this.#runnerOf(name);
    return runner.definition.settings.enabled ? runner.run() : Promise.resolve();
  }

  /** From now on, shared indicators with a quorum are judged by what other instances report. */
  compareWithPeers(outages: SharedOutages): void {
    this.#sharedOutages = outages;
    this.invalidate();
  }

  /** From now on, the outcomes of indicators with `scope: 'fleet'` are shared with other instances. */
  shareRuns(runs: SharedRuns): void {
    this.#sharedRuns = runs;
  }

  /** Whether `scope: 'fleet'` has an effect. */
  get sharesRuns(): boolean {
    return this.#sharedRuns !== undefined;
  }

  /** Starts the background runs. */
  start(): void {
    if (this.#isStarted || this.#isStopped) return;
    this.#isStarted = true;
    for (const runner of this.#registry.runners) this.#startBackground(runner);
  }

  /** Aborts every run and clears every timer. Probes still respond, from the existing results. */
  stop(): void {
    this.#isStopped = true;
    for (const schedule of this.#schedules.values()) schedule.stop();
    for (const runner of this.#registry.runners) runner.stop();
  }

  /**
   * Evaluates a probe, a group, a composite, or one indicator by its name. It settles within the deadline or within `patience`
   * (milliseconds), whichever is shorter. Throws `UnknownProbeError` for any other name.
   */
  evaluate(name: string, patience?: number): Evaluation | Promise<Evaluation> {
    return (this.#probes.get(name) ?? this.#probeOfOne(name)).evaluate(patience);
  }

  /** The report of a probe, a group, a composite or an indicator from the existing results. Runs nothing. Throws `UnknownProbeError` for any other name. */
  peek(name: string): Evaluation {
    return (this.#probes.get(name) ?? this.#probeOfOne(name)).peek();
  }

  has(name: string): boolean {
    return this.#registry.hasProbe(name) || this.#registry.get(name) !== undefined || this.isComposite(name);
  }

  /** Throws `UnknownProbeError` unless the name is that of a standard probe or a group. Runs nothing. */
  requireProbe(name: string): void {
    if (this.#registry.hasProbe(name)) return;
    const isChecked = this.#registry.get(name) !== undefined || this.isComposite(name);
    const kind = isChecked
      ? `"${name}" is ${this.isComposite(name) ? 'a composite' : 'an indicator'}: use check("${name}").`
      : undefined;
    throw new UnknownProbeError(name, this.probes, kind ?? `There is no probe or group named "${name}".`);
  }

  /** Throws `UnknownProbeError` unless the name is that of an indicator. Runs nothing. */
  requireIndicator(name: string): void {
    if (this.#registry.get(name)) return;
    let kind = `There is no indicator named "${name}".`;
    if (this.#registry.hasProbe(name)) kind = `"${name}" is a probe or a group: use report("${name}").`;
    else if (this.isComposite(name)) kind = `"${name}" is a composite: use the name of one of its parts.`;
    throw new UnknownProbeError(name, this.indicators, kind);
  }

  /** Whether indicators are parts of a composite of this name. */
  isComposite(name: string): boolean {
    return this.#registry.partsOf(name) !== undefined;
  }

  /** Whether the reports of a probe or a group include an indicator. */
  isMember(name: string, probe: string): boolean {
    return this.#registry.membersOf(probe).some((runner) => runner.name === name);
  }

  /** The names of the standard probes and the groups. */
  get probes(): readonly string[] {
    return [...PROBES, ...this.#settings.groups.keys()];
  }

  /** The indicators, in the order in which they were found. */
  get runners(): Iterable<CheckRunner> {
    return this.#registry.runners;
  }

  /** The names of the indicators. */
  get indicators(): readonly string[] {
    return this.#registry.membersOf('deep').map(({ name }) => name);
  }

  /** How many indicators are registered. */
  get size(): number {
    return this.#registry.size;
  }

  /** Makes every existing report obsolete, because its content has changed. */
  invalidate(): void {
    this.revision.increase();
  }

  /** Calls the listener for each change of an indicator's status. A first result that passes is no change. */
  onChange(listener: Listener<HealthChange>): () => void {
    return this.#changes.add(listener);
  }

  /** Calls the listener for each finished run. */
  onRun(listener: Listener<FinishedRun>): () => void {
    return this.#runs.add(listener);
  }

  /** Calls the listener after an indicator was removed, with its name, and with that of a composite that has no part left. */
  onRemoved(listener: Listener<string>): () => void {
    return this.#removals.add(listener);
  }

  /** Adds middleware around each attempt, inside the existing middleware. */
  aroundCheck(wrapper: CheckWrapper): () => void {
    return this.#wrappers.add(wrapper);
  }

  #addProbe(name: string, rules: Omit<ProbeRules, 'members' | 'deadline'>): void {
    const deadline = this.#settings.deadlines[name] ?? this.#settings.deadline;
    const members = (): readonly CheckRunner[] => this.#registry.membersOf(name);
    this.#probes.set(name, new Probe({ deadline, members, ...rules }, this.#settings.identity, this.revision));
  }

  #partOf(name: string): PartOf | undefined {
    const names = partName(name);
    return names && { ...names, settings: this.#settings.composites?.get(names.composite) ?? COMPOSITE_DEFAULTS };
  }

  #runnerOf(name: string): CheckRunner {
    this.requireIndicator(name);
    return this.#registry.get(name) as CheckRunner;
  }

  /** The probe of one indicator, or of one composite with all its parts. */
  #probeOfOne(name: string): Probe {
    const runner = this.#registry.get(name);
    if (!runner && !this.isComposite(name)) throw new UnknownProbeError(name, this.#registry.names);
    const only = runner && [runner];
    const members = (): readonly CheckRunner[] => only ?? this.#registry.partsOf(name) ?? [];
    const probe = new Probe(
      { deadline: this.#settings.deadline, members, isCritical: () => true, isFlat: only !== undefined },
      this.#settings.identity,
      this.revision,
    );
    this.#probes.set(name, probe);
    return probe;
  }

  #startBackground(runner: CheckRunner, delay?: number): void {
    const { enabled, interval, initialDelay } = runner.definition.settings;
    if (!enabled || interval === undefined) return;
    const schedule = new BackgroundSchedule(runner, interval);
    this.#schedules.set(runner, schedule);
    schedule.start(delay ?? initialDelay);
  }

  /** Lets the background runs follow changed settings. Runs that begin anew keep the interval to the latest run. */
  #updateBackground(runner: CheckRunner): void {
    if (!this.#isStarted || this.#isStopped) return;
    const { enabled, interval } = runner.definition.settings;
    const schedule = this.#schedules.get(runner);
    if (!enabled || interval === undefined) return this.#endBackground(runner);
    if (schedule) return schedule.follow(interval);
    const finished = runner.history.latest?.finished.elapsed;
    this.#startBackground(runner, finished === undefined ? 0 : Math.max(0, finished + interval - elapsed()));
  }

  #endBackground(runner: CheckRunner): void {
    this.#schedules.get(runner)?.stop();
    this.#schedules.delete(runner);
  }

  #callCheck(definition: CheckDefinition, context: HealthCheckContext): unknown {
    const runs = this.#sharedRuns;
    const { name } = definition;
    const settings = runs && this.#registry.get(name)?.definition.settings;
    if (!runs || settings?.scope !== 'fleet') return definition.check(context);
    return takeOrCall(
      runs,
      { indicator: name, settings, run: () => (this.#registry.get(name) ? this.runNow(name) : Promise.resolve()) },
      () => definition.check(context),
      neverThrows((fault) => this.#settings.onListenerFault(fault, 'The fleet')),
    );
  }

  #onSettled(runner: CheckRunner, run: CheckRun, change: StatusChange | undefined): void {
    if (runner.definition.settings.scope === 'fleet') this.#sharedRuns?.finished(runner.name, run);
    const passes = !isFailing(runner.history.status);
    if (passes && runner.definition.settings.probes.includes('startup') && !this.#startedUp.has(runner)) {
      this.#startedUp.set(runner, describeCheck(runner, moment()));
    }
    this.invalidate();
    this.#runs.emit({ indicator: runner.name, run, status: runner.history.status });
    const isFirstPass = passes && change?.lasted === undefined;
    if (change && !isFirstPass) this.#changes.emit(describeChange(runner, change));
  }

  /** The startup indicators that keep the application from being ready, because they have never passed. Once empty, it stays empty. */
  #awaitedAtStartup(): readonly CheckRunner[] {
    if (this.#isStartupComplete) return [];
    const awaited = this.#registry.membersOf('startup').filter((runner) => this.#isAwaited(runner));
    if (awaited.length === 0 && this.#settings.gate.isBootstrapped) this.#isStartupComplete = true;
    return awaited;
  }

  #isAwaited(runner: CheckRunner): boolean {
    const { enabled, critical } = runner.definition.settings;
    if (!enabled || this.#startedUp.has(runner)) return false;
    const { partOf } = runner;
    if (partOf === undefined) return critical;
    const { atLeast, critical: isCompositeCritical } = partOf.settings;
    if (atLeast === undefined || !isCompositeCritical) return runner.isCritical;
    const parts = (this.#registry.partsOf(partOf.composite) ?? []).filter(
      ({ definition: { settings } }) => settings.enabled && settings.probes.includes('startup'),
    );
    return parts.filter((part) => this.#startedUp.has(part)).length < Math.min(atLeast, parts.length);
  }

  /** Why `ready` tolerates the failure of a shared indicator: to take out this instance would not help. */
  #toleratedBecause({ name, definition, history }: CheckRunner): string | undefined {
    const { critical, shared } = definition.settings;
    if (!critical || shared === false || !history.hasPassed) return undefined;
    return shared === true ? 'every instance depends on it' : this.#sharedOutages?.of(name, shared);
  }

  #notBootstrappedBecause(): string | undefined {
    if (!this.#settings.gate.isBootstrapped) return 'starting';
    this.#awaitedAtStartup();
    return undefined;
  }

  #notReadyBecause(): string | undefined {
    const { closedBecause } = this.#settings.gate;
    if (closedBecause !== undefined) return closedBecause;
    const awaited = this.#awaitedAtStartup();
    return awaited.length > 0 ? `starting: ${awaited.map(({ name }) => name).join(', ')}` : undefined;
  }
}

function describeChange(runner: CheckRunner, { from, to, at, lasted, run }: StatusChange): HealthChange {
  const { message, error, code, cause } = run.outcome;
  return {
    indicator: runner.name,
    critical: runner.isCritical,
    from,
    to,
    at: new Date(at.wall),
    lasted,
    ...(message !== undefined && { message }),
    ...(error !== undefined && { error }),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause }),
  };
}
