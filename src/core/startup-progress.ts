import type { CheckRunner } from './check-runner.js';
import type { TrafficGate } from './engine-settings.js';
import { moment } from './moment.js';
import type { CheckRegistry } from './registry.js';
import { type HealthCheckDetail, describeCheck } from './report.js';

/** Records the startup indicators that have passed once. The application is not ready before every required one has passed. */
export class StartupProgress {
  readonly #registry: CheckRegistry;
  readonly #gate: TrafficGate;
  /** By the runner of the indicator. */
  readonly #passed = new Map<object, HealthCheckDetail>();
  #isComplete = false;

  constructor(registry: CheckRegistry, gate: TrafficGate) {
    this.#registry = registry;
    this.#gate = gate;
  }

  /** Whether the startup is complete. Then the startup probe stays UP. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** An indicator has passed. Only the first pass of a startup indicator is kept. */
  recordPass(runner: CheckRunner): void {
    if (!runner.definition.settings.probes.includes('startup') || this.#passed.has(runner)) return;
    this.#passed.set(runner, describeCheck(runner, moment()));
  }

  /** The indicator was removed. */
  forget(runner: CheckRunner): void {
    this.#passed.delete(runner);
  }

  /** The detail of an indicator when it passed first. */
  firstPassOf(runner: CheckRunner): HealthCheckDetail | undefined {
    return this.#passed.get(runner);
  }

  /** The indicators that delay readiness, because they have never passed. Once empty, the list stays empty. */
  awaited(): readonly CheckRunner[] {
    if (this.#isComplete) return [];
    const awaited = this.#registry.membersOf('startup').filter((runner) => this.#isAwaited(runner));
    if (awaited.length === 0 && this.#gate.isBootstrapped) this.#isComplete = true;
    return awaited;
  }

  #isAwaited(runner: CheckRunner): boolean {
    const { enabled, critical } = runner.definition.settings;
    if (!enabled || this.#passed.has(runner)) return false;
    const { partOf } = runner;
    if (partOf === undefined) return critical;
    const { atLeast, critical: isCompositeCritical } = partOf.settings;
    if (atLeast === undefined || !isCompositeCritical) return runner.isCritical;
    const parts = partOf
      .parts()
      .filter(({ definition: { settings } }) => settings.enabled && settings.probes.includes('startup'));
    return parts.filter((part) => this.#passed.has(part)).length < Math.min(atLeast, parts.length);
  }
}
