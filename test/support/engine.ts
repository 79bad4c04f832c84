import type { CheckDefinition, CheckSettings } from '../../src/core/check.js';
import type { EngineSettings, TrafficGate } from '../../src/core/engine-settings.js';
import { type FinishedRun, HealthEngine } from '../../src/core/health-engine.js';
import type { HealthChange } from '../../src/core/health-change.js';
import type { Evaluation } from '../../src/core/probe.js';
import type { HealthReport } from '../../src/core/report.js';
import { checkDefinition } from './check-definition.js';

/** The application state for the engine. The test sets it to open or closed. */
export class ManualGate implements TrafficGate {
  isBootstrapped = true;
  closedBecause: string | undefined;
}

/** An engine, with a record of each call to its owner. */
export class RecordedEngine {
  readonly gate = new ManualGate();
  readonly faults: unknown[] = [];
  readonly changes: HealthChange[] = [];
  readonly runs: FinishedRun[] = [];
  readonly engine: HealthEngine;

  constructor(settings: Partial<Omit<EngineSettings, 'gate' | 'onListenerFault'>> = {}) {
    this.engine = new HealthEngine({
      deadline: 800,
      deadlines: {},
      maxConcurrency: Infinity,
      groups: new Map(),
      identity: {},
      ...settings,
      gate: this.gate,
      onListenerFault: (fault) => this.faults.push(fault),
    });
    this.engine.onChange((change) => this.changes.push(change));
    this.engine.onRun((run) => this.runs.push(run));
  }

  add(name: string, check: CheckDefinition['check'], settings: Partial<CheckSettings> = {}): this {
    this.engine.add(checkDefinition(name, check, settings));
    return this;
  }

  async evaluate(probe: string): Promise<Evaluation> {
    return this.engine.evaluate(probe);
  }

  async report(probe: string): Promise<HealthReport> {
    return (await this.evaluate(probe)).report;
  }

  /** The status of a report as `ready: DOWN, database: DOWN, cache: UP`, without the first word. */
  async statuses(probe: string): Promise<Record<string, string>> {
    const { status, details } = await this.report(probe);
    const single = Object.entries(details).map(([name, detail]) => [name, detail.status]);
    return { report: status, ...(Object.fromEntries(single) as Record<string, string>) };
  }
}
