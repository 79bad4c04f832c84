import { BackgroundRuns } from './background-runs.js';
import type { CheckDefinition, CheckSettings, HealthCheckContext, ShownOverride } from './check.js';
import { CheckHistory, type CheckRun, type StatusChange } from './check-history.js';
import { CheckRunner, type RunnerEvents } from './check-runner.js';
import { type CheckWrapper, CheckWrappers } from './check-wrappers.js';
import { COMPOSITE_DEFAULTS, type Part, type PartOf, partName } from './composite.js';
import type { EngineSettings } from './engine-settings.js';
import { recordComposite } from './composite-change.js';
import { type HealthChange, describeChange } from './health-change.js';
import { Limiter } from './limiter.js';
import { elapsed } from './moment.js';
import { type Listener, Listeners, neverThrows } from './listeners.js';
import type { Evaluation } from './probe.js';
import { Probes } from './probes.js';
import { CheckRegistry } from './registry.js';
import type { ReportedSource, ReportedSourceOptions } from './reported-source.js';
import { Revision } from './revision.js';
import type { SharedOutages } from './shared-outages.js';
import type { SharedRuns } from './shared-runs.js';
import { StartupProgress } from './startup-progress.js';
import { type HealthStatus, isFailing } from './status.js';

/** A run of a check has finished. */
export interface FinishedRun {
  readonly indicator: string;
  readonly run: CheckRun;
  /** The status of the indicator after the run, with its thresholds applied. */
  readonly status: HealthStatus;
}

/** Runs the checks and evaluates the probes. It depends neither on HTTP nor on Nest. */
export class HealthEngine {
  readonly #settings: EngineSettings;
  readonly #registry: CheckRegistry;
  readonly #limiter: Limiter;
  readonly #background = new BackgroundRuns();
  readonly #startup: StartupProgress;
  readonly #probes: Probes;
  /** Changes when reports become obsolete. */
  readonly revision = new Revision();
  readonly #changes: Listeners<HealthChange>;
  readonly #runs: Listeners<FinishedRun>;
  readonly #removals: Listeners<string>;
  readonly #wrappers: CheckWrappers;
  #sharedRuns: SharedRuns | undefined;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
    this.#registry = new CheckRegistry(settings.groups);
    this.#limiter = new Limiter(settings.maxConcurrency);
    this.#startup = new StartupProgress(this.#registry, settings.gate);
    this.#probes = new Probes(settings, this.#registry, this.#startup, this.revision);
    const onFault = neverThrows((fault) => settings.onListenerFault(fault));
    this.#changes = new Listeners(onFault);
    this.#runs = new Listeners(onFault);
    this.#removals = new Listeners(onFault);
    this.#wrappers = new CheckWrappers(onFault);
  }

  /** Adds an indicator. In a running application its background runs begin immediately. */
  add(definition: CheckDefinition): void {
    const events: RunnerEvents = {
      settled: (...settled) => this.#onSettled(...settled),
      invalidated: () => this.invalidate(),
      faulted: ({ name }, place, fault) =>
        neverThrows(() => this.#settings.onListenerFault(fault, `Indicator ${name}: ${place}`))(fault),
    };
    const check = (context: HealthCheckContext): unknown => this.#callCheck(runner, definition, context);
    const shareable = { ...definition, check };
    const runner: CheckRunner = new CheckRunner(
      shareable,
      this.#limiter,
      events,
      this.#wrappers,
      this.#partOf(definition.name),
    );
    this.#registry.add(runner);
    this.invalidate();
    if (this.#background.isStopped) runner.stop();
    else this.#background.add(runner);
  }

  /**
   * Replaces the settings of an indicator, all at once: no report shows a part of them. A run under way ends by the
   * settings that it began with. Reports show `override` beside the state of the indicator. Throws `UnknownProbeError` if
   * there is no indicator of that name.
   */
  configure(name: string, settings: CheckSettings, override?: ShownOverride): void {
    const runner = this.#registry.requireIndicator(name);
    runner.configure(settings, override);
    this.#registry.refreshMembers();
    this.#recordComposite(runner);
    this.#background.update(runner);
    this.invalidate();
  }

  /**
   * From now on, every report contains the state of these sources of options. `changed`: what reports show beside single
   * indicators; undefined: nothing. Unknown names are ignored.
   */
  showSources(
    sources: readonly ReportedSource[],
    changed: Iterable<readonly [indicator: string, source: ReportedSourceOptions | undefined]>,
  ): void {
    this.#probes.frame.sources = sources;
    for (const [name, source] of changed) {
      const runner = this.#registry.get(name);
      if (runner) runner.source = source;
    }
    this.invalidate();
  }

  /** Removes an indicator and aborts its run. Does nothing for an unknown name. */
  remove(name: string): void {
    const runner = this.#registry.get(name);
    if (!runner) return;
    this.#registry.remove(runner);
    const { partOf } = runner;
    const ended = partOf?.parts().length === 0 ? [name, partOf.composite] : [name];
    for (const each of ended) this.#probes.delete(each);
    this.#startup.forget(runner);
    this.#background.remove(runner);
    runner.stop('the indicator was removed');
    this.#recordComposite(runner);
    this.invalidate();
    // A listener of a run or a change may remove the indicator. The other listeners must receive that event first.
    queueMicrotask(() => {
      for (const each of ended) this.#removals.emit(each);
    });
  }

  /**
   * Runs an indicator, or all parts of a composite, now, or joins their runs, however fresh the results are. Resolves when
   * the runs have ended. A disabled indicator does not run. Throws `UnknownProbeError` for any other name.
   */
  runNow(name: string): Promise<void> {
    const parts = this.#registry.partsOf(name);
    if (parts) return Promise.all(parts.map((part) => this.runNow(part.name))).then(() => undefined);
    const runner = this.#registry.requireIndicator(name);
    return runner.definition.settings.enabled ? runner.run() : Promise.resolve();
  }

  /** From now on, the reports of other instances decide about failures of shared indicators with a quorum. */
  compareWithPeers(outages: SharedOutages): void {
    this.#probes.sharedOutages = outages;
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
    this.#background.start(this.#registry.runners);
  }

  /** Aborts every run and clears every timer. Probes still respond, from the existing results. */
  stop(): void {
    this.#background.stop();
    for (const runner of this.#registry.runners) runner.stop();
  }

  /**
   * Evaluates a probe, a group, a composite, or one indicator by its name. It settles within the deadline or within `timeLimit`
   * (milliseconds), whichever is shorter. Throws `UnknownProbeError` for any other name, and rejects with it if the
   * indicator or composite is removed meanwhile.
   */
  evaluate(name: string, timeLimit?: number): Evaluation | Promise<Evaluation> {
    return this.#probes.get(name).evaluate(timeLimit);
  }

  /** The report of a probe, a group, a composite or an indicator from the existing results. Runs nothing. Throws `UnknownProbeError` for any other name. */
  peek(name: string): Evaluation {
    return this.#probes.get(name).peek();
  }

  has(name: string): boolean {
    return this.#registry.hasProbe(name) || this.#registry.get(name) !== undefined || this.isComposite(name);
  }

  /** Throws `UnknownProbeError` unless the name is that of a standard probe or a group. Runs nothing. */
  requireProbe(name: string): void {
    this.#registry.requireProbe(name);
  }

  /** Throws `UnknownProbeError` unless the name is that of an indicator. Runs nothing. */
  requireIndicator(name: string): void {
    this.#registry.requireIndicator(name);
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
    return this.#registry.probes;
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

  /** Calls the listener for each change of the status of an indicator or a composite. A first result that passes is not a change. */
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

  #partOf(name: string): PartOf | undefined {
    const names = partName(name);
    if (!names) return undefined;
    const { composite } = names;
    const parts = (): readonly Part[] => this.#registry.partsOf(composite) ?? [];
    const settings = this.#settings.composites?.get(composite) ?? COMPOSITE_DEFAULTS;
    return { settings, history: new CheckHistory(), parts, ...parts()[0]?.partOf, ...names };
  }

  #callCheck(runner: CheckRunner, definition: CheckDefinition, context: HealthCheckContext): unknown {
    const runs = this.#sharedRuns;
    const { name, settings } = runner.definition;
    if (!runs || settings.scope !== 'fleet') return definition.check(context);
    const began = elapsed();
    return runs.reuseOrRun(
      {
        indicator: name,
        settings,
        run: async () => {
          if (this.#registry.get(name)?.definition.settings.scope === 'fleet') await this.runNow(name);
        },
        get signal() {
          return context.signal;
        },
      },
      () => {
        runner.recordWait(elapsed() - began);
        return definition.check(context);
      },
      neverThrows((fault) => this.#settings.onListenerFault(fault, 'The fleet')),
    );
  }

  #onSettled(...[runner, run, change, wasResumed]: Parameters<RunnerEvents['settled']>): void {
    if (runner.definition.settings.scope === 'fleet') this.#sharedRuns?.finished(runner.name, run);
    const passes = !isFailing(runner.history.status);
    if (passes) this.#startup.recordPass(runner);
    if (change || wasResumed) this.#recordComposite(runner);
    this.invalidate();
    this.#runs.emit({ indicator: runner.name, run, status: runner.history.status });
    this.#emitChange(runner, change);
  }

  /** The status of a part, the parts or their settings have changed. */
  #recordComposite({ partOf }: CheckRunner): void {
    const change = partOf && recordComposite(partOf);
    if (!change) return;
    const composite = { name: partOf.composite, isCritical: partOf.settings.critical };
    // Emitted after the change of the part: a listener may have caused this change, and all listeners must receive that one first.
    queueMicrotask(() => this.#emitChange(composite, change));
  }

  #emitChange(changed: Pick<CheckRunner, 'name' | 'isCritical'>, change: StatusChange | undefined): void {
    // A first status that passes is not a change.
    if (change && (change.lasted !== undefined || isFailing(change.to)))
      this.#changes.emit(describeChange(changed, change));
  }
}
