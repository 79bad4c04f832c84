import { vi } from 'vitest';
import type { HealthCheckContext } from '../../../../src/core/check.js';
import type { Evaluation } from '../../../../src/core/probe.js';
import { HealthConfigurationError } from '../../../../src/errors/configuration.error.js';
import { Environment } from '../../../../src/options/environment.js';
import { Faults } from '../../../../src/options/faults.js';
import { IndicatorConfiguration } from '../../../../src/options/indicator-configuration.js';
import { type RuntimeIndicatorOptions, checkRuntimeOptions } from '../../../../src/options/runtime-options.js';
import { Overrides } from '../../../../src/overrides/overrides.js';
import { SourceLayer } from '../../../../src/sources/source-layer.js';
import { CapturedLog } from '../../../support/captured-log.js';
import { RecordedEngine } from '../../../support/engine.js';
import { advance } from '../../../support/fake-clock.js';
import { PlannedCalls } from '../../core/properties/planned-calls.js';
import type { Behaviour } from '../../core/properties/scenario.js';
import type { ChangingScenario, ChangingStep, IndicatorPlan } from './changing-scenario.js';
import { type Layers, isValid, settingsOf } from './layers.js';
import type { ProbeResponse, Call, Present, Registered, Run, Snapshot, Version } from './records.js';

interface Entry {
  readonly registered: Registered;
  layers: Layers;
}

/** Whether an option of an indicator in `live` cannot make `live` fail. */
function isSafeInLive([name, value]: [string, unknown], configured: object): boolean {
  if (name === 'probes') return true;
  if (value === false && ['enabled', 'critical'].includes(name)) return true;
  return (value === 'off' ? undefined : value) === Object.entries(configured).find(([option]) => option === name)?.[1];
}

const TERMS = { reason: 'vendor maintenance', by: 'alice' };

/** An application whose options change while it is probed, with a model of its options and a record of all events. */
export class ChangingWorld {
  readonly recorded: RecordedEngine;
  readonly calls: Call[] = [];
  readonly runs: Run[] = [];
  readonly responses: ProbeResponse[] = [];
  readonly versions: Version[] = [];
  readonly snapshots: Snapshot[] = [];
  readonly registrations: Registered[] = [];
  /** Changes on which the rules and the model disagree. */
  readonly surprises: string[] = [];
  readonly timers: NodeJS.Timeout[] = [];
  readonly #scenario: ChangingScenario;
  readonly #overrides: Overrides;
  readonly #source: SourceLayer;
  readonly #configuration: IndicatorConfiguration;
  readonly #entries = new Map<string, Entry>();
  readonly #planned = new PlannedCalls();
  readonly #turns = new Map<string, number>();
  readonly #setTimeout = globalThis.setTimeout;
  #cause: Call['cause'] = 'other';
  #hasRecovered = false;

  constructor(scenario: ChangingScenario) {
    this.#scenario = scenario;
    this.recorded = new RecordedEngine({ deadline: scenario.deadline });
    const { engine } = this.recorded;
    const settings = { defaults: {}, indicators: {}, groups: new Map() };
    this.#configuration = new IndicatorConfiguration(settings, new Environment('HEALTH_', {}));
    const parts = { engine, configuration: this.#configuration, logger: new CapturedLog() };
    this.#overrides = new Overrides({ ...parts, onListenerFault: (fault) => this.surprises.push(String(fault)) });
    this.#source = new SourceLayer({ engine, configuration: this.#configuration, overrides: this.#overrides });
    engine.onRun(({ indicator, run, status }) => {
      const { registered } = this.#entry(indicator);
      const calls = this.calls.filter(
        (call) => call.registered === registered && call.runsBefore === this.#runsOf(registered).length,
      );
      this.runs.push({ registered, run, status, calls, revision: engine.revision.value });
    });
    // An override that expires changes the options by itself.
    const configure = engine.configure.bind(engine);
    engine.configure = (name, ...rest) => {
      const entry = this.#entry(name);
      const { override } = entry.layers;
      if (override && override.until <= Date.now()) entry.layers = { ...entry.layers, override: undefined };
      this.#changed(() => configure(name, ...rest));
    };
  }

  async play(): Promise<void> {
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, delay: number) => {
      const timer = this.#setTimeout(callback, delay);
      this.timers.push(timer);
      return timer;
    }) as typeof setTimeout);
    for (const plan of this.#scenario.indicators) this.#register(plan);
    this.recorded.engine.start();
    for (const step of this.#scenario.steps) {
      // Without a turn of the event loop between changes and requests.
      if (step.kind === 'wait') await this.wait(step.milliseconds);
      else this.#take(step);
      this.snapshot();
    }
  }

  /** Waits, and compares before and after the end of each override. */
  async wait(milliseconds: number): Promise<void> {
    const end = Date.now() + milliseconds;
    for (;;) {
      const ends = [...this.#entries.values()].flatMap(({ layers: { override } }) => override?.until ?? []);
      const next = Math.min(...ends.filter((until) => until > Date.now()), Infinity);
      if (next > end) break;
      await advance(next - 1 - Date.now());
      this.snapshot();
      await advance(1);
      this.snapshot();
    }
    await advance(end - Date.now());
  }

  ask(probe: string): ProbeResponse {
    const { engine } = this.recorded;
    const isJoined = this.responses.some((response) => response.probe === probe && response.respondedAt === undefined);
    const response: ProbeResponse = {
      probe,
      askedAt: performance.now(),
      made: [],
      due: isJoined || probe === 'startup' ? undefined : this.#dueFor(probe),
    };
    this.responses.push(response);
    const responded = (outcome: Partial<ProbeResponse>): void =>
      void Object.assign(response, outcome, { respondedAt: performance.now() });
    const before = this.calls.length;
    this.#cause = 'ask';
    try {
      const evaluation = engine.evaluate(probe);
      if (!(evaluation instanceof Promise)) responded({ evaluation, isAtOnce: true });
      else {
        void evaluation.then(
          (value) => responded({ evaluation: value }),
          (rejectedWith: unknown) => responded({ rejectedWith }),
        );
      }
    } catch (rejectedWith) {
      responded({ rejectedWith });
    } finally {
      this.#cause = 'other';
    }
    response.made.push(...this.calls.slice(before));
    return response;
  }

  /** The version that a report must show. */
  versionOf({ revision }: Evaluation): Version {
    const version = this.versions.findLast((each) => each.revision <= revision);
    if (!version) throw new Error(`there is no version at the revision ${revision}`);
    return version;
  }

  /** The runs of an indicator that a report must take into account. */
  runsIn({ revision }: Evaluation, registered: Registered): Run[] {
    return this.#runsOf(registered).filter((run) => run.revision <= revision);
  }

  /** From now on every check passes at once. */
  recover(): void {
    this.#hasRecovered = true;
  }

  /** Stops the application. Returns the number of remaining timers. */
  async stop(): Promise<number> {
    this.#overrides.stop();
    this.recorded.engine.stop();
    await advance(0);
    this.#planned.clearTimers();
    return vi.getTimerCount();
  }

  /** Ends all calls and timers, so that the next world starts with a clean clock. */
  async end(): Promise<void> {
    await this.stop();
    this.#planned.endAll();
    await advance(0);
    vi.clearAllTimers();
    vi.mocked(globalThis.setTimeout).mockRestore();
  }

  snapshot(): void {
    const expected: Record<string, Snapshot['expected'][string]> = {};
    for (const [name, { layers }] of this.#entries) {
      const isActive = layers.override !== undefined && Date.now() < layers.override.until;
      const present = { ...layers, override: isActive ? layers.override : undefined };
      expected[name] = { until: present.override?.until, settings: settingsOf(present) };
    }
    const actual: Record<string, Snapshot['actual'][string]> = {};
    const active = new Map(this.#overrides.list.map(({ indicator, until }) => [indicator, until.getTime()]));
    for (const { name, definition } of this.recorded.engine.runners) {
      actual[name] = { until: active.get(name), settings: definition.settings };
    }
    this.snapshots.push({ at: performance.now(), expected, actual });
  }

  #take(step: Exclude<ChangingStep, { kind: 'wait' }>): void {
    switch (step.kind) {
      case 'ask':
        for (let time = 0; time < step.times; time += 1) this.ask(step.probe);
        return;
      case 'release':
        return this.#planned.endAll();
      case 'toggle':
        return this.#toggle(step.name);
      case 'runNow':
        return this.#runNow(step.name);
      case 'clear':
        return this.#change(step.name, { override: undefined }, () => void this.#overrides.clear(step.name));
      case 'source':
        return this.#change(step.name, { source: step.options }, () => {
          const faults = this.#source.apply(step.name, step.options, step.options, step.name);
          if (faults.length > 0) throw new HealthConfigurationError(faults);
        });
      case 'override': {
        const { name, options, expiresIn } = step;
        const override = { options, until: Date.now() + expiresIn };
        return this.#change(name, { override }, () => void this.#overrides.set(name, options, { ...TERMS, expiresIn }));
      }
    }
  }

  /** Makes a change in the model and in the library, which must agree whether it is valid. */
  #change(name: string, change: Partial<Layers>, make: () => void): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    const before = entry.layers;
    const after = { ...before, ...change };
    const { options: added } = change.override ?? { options: change.source };
    const isEmpty = added !== undefined && Object.keys(added).length === 0;
    const configured = settingsOf({ code: before.code, source: undefined, override: undefined });
    const isInLive = configured.probes.includes('live');
    const addsLive = added?.probes?.includes('live') === true && !isInLive;
    const endangersLive = isInLive && Object.entries(added ?? {}).some((option) => !isSafeInLive(option, configured));
    const isRefused =
      isEmpty || addsLive || endangersLive || !isValid(after) || !isValid({ ...after, override: undefined });
    entry.layers = after;
    try {
      make();
      if (isRefused) this.surprises.push(`accepted: ${JSON.stringify(change)} of ${JSON.stringify(before)}`);
    } catch (error) {
      entry.layers = before;
      if (!(error instanceof HealthConfigurationError)) throw error;
      if (!isRefused) this.surprises.push(`refused: ${JSON.stringify(change)} of ${JSON.stringify(before)}`);
    }
  }

  #toggle(name: string): void {
    const entry = this.#entries.get(name);
    const plan = this.#scenario.indicators.find((each) => each.name === name);
    if (!entry) return plan && this.#register(plan);
    // In the order of the handle that `HealthService.register()` returns.
    this.#configuration.remove(name);
    this.#overrides.clear(name);
    entry.registered.removedAt = performance.now();
    this.#entries.delete(name);
    this.#changed(() => this.recorded.engine.remove(name));
  }

  #register(plan: IndicatorPlan): void {
    const { name } = plan;
    const planned: Layers = { code: plan.options, source: undefined, override: undefined };
    // Options of the code that contradict each other stop the start.
    const code: RuntimeIndicatorOptions = isValid(planned)
      ? plan.options
      : { ...plan.options, ttl: 0, interval: 'off' };
    const faults = new Faults();
    const usable = Object.keys(code).length === 0 ? {} : checkRuntimeOptions(code, faults.at(name));
    const settings = this.#configuration.add(name, usable, faults.at(name));
    faults.throwIfAny('The plan of the test', name);
    const registered: Registered = { plan, addedAt: performance.now() };
    this.registrations.push(registered);
    this.#entries.set(name, { registered, layers: { ...planned, code } });
    const check = (context: HealthCheckContext): unknown => this.#call(registered, context);
    this.#changed(() => this.recorded.engine.add({ name, settings, check }));
  }

  #runNow(name: string): void {
    if (!this.#entries.has(name)) return;
    this.#cause = 'runNow';
    void this.recorded.engine.runNow(name);
    this.#cause = 'other';
  }

  /** Records a version. Calls that the change itself makes already belong to the new version. */
  #changed(make: () => void): void {
    const indicators = new Map<string, Present>();
    for (const [name, { registered, layers }] of this.#entries) {
      indicators.set(name, { registered, settings: settingsOf(layers), override: layers.override });
    }
    const version: Version = { at: performance.now(), revision: Infinity, indicators };
    this.versions.push(version);
    make();
    version.revision = this.recorded.engine.revision.value;
  }

  /** The members of a probe whose result is not fresh, without a run in progress. */
  #dueFor(probe: string): readonly Registered[] {
    const now = performance.now();
    return [...(this.versions.at(-1)?.indicators ?? [])].flatMap(([name, { registered, settings }]) => {
      const isMember = probe === 'deep' || probe === name || settings.probes.includes(probe);
      if (!isMember || !settings.enabled || settings.interval !== undefined) return [];
      const runs = this.#runsOf(registered);
      const isUnderWay = this.calls.some((call) => call.registered === registered && call.runsBefore === runs.length);
      const age = now - (runs.at(-1)?.run.finished.elapsed ?? -Infinity);
      return !isUnderWay && (age > settings.ttl || settings.ttl === 0) ? [registered] : [];
    });
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (!entry) throw new Error(`there is no indicator "${name}"`);
    return entry;
  }

  #runsOf(registered: Registered): Run[] {
    return this.runs.filter((run) => run.registered === registered);
  }

  #call(registered: Registered, { name, signal }: HealthCheckContext): unknown {
    const turn = this.#turns.get(name) ?? 0;
    this.#turns.set(name, turn + 1);
    const { behaviours } = registered.plan;
    const planned = behaviours[turn % behaviours.length];
    const passing: Behaviour = { ending: 'up', delay: 'sync', heedsAbort: true, applies: true };
    const behaviour = planned && !this.#hasRecovered ? planned : passing;
    const call: Call = {
      registered,
      behaviour,
      began: performance.now(),
      settings: settingsOf(this.#entry(name).layers),
      runsBefore: this.#runsOf(registered).length,
      cause: this.#cause,
    };
    this.calls.push(call);
    return this.#planned.make(behaviour, turn, signal, call);
  }
}
