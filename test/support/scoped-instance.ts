import type { CheckSettings } from '../../src/core/check.js';
import { type HealthResult, up } from '../../src/core/result.js';
import type { LifecycleState } from '../../src/extension/health-monitor.js';
import { FleetRuns } from '../../src/fleet/fleet-runs.js';
import type { HealthStore } from '../../src/stores/health-store.js';
import { RecordedEngine } from './engine.js';

/** A call of the check, by the number of the instance. */
export interface ScopedCall {
  readonly by: number;
  readonly at: number;
}

export interface ScopedOptions {
  readonly secret?: string;
  readonly release?: string;
  readonly settings?: Partial<CheckSettings>;
}

export interface ScopedPlace {
  readonly store: HealthStore;
  readonly index: number;
  /** Receives each call of a check. All instances share the list. */
  readonly calls: ScopedCall[];
}

/** Milliseconds. */
export const CHECK_TAKES = 20;

/** A simulated instance with the indicator `rates`, whose scope is the fleet. The message of an outcome is the time of its call. */
export class ScopedInstance {
  readonly health = new RecordedEngine();
  readonly runs: FleetRuns;
  readonly warnings: string[] = [];
  readonly index: number;
  readonly #calls: ScopedCall[];
  isAlive = true;
  result: HealthResult = up();
  /** Milliseconds that one call of the check takes. */
  takes = CHECK_TAKES;

  constructor(
    { store, index, calls }: ScopedPlace,
    { secret, release = '1.0.0', settings = {} }: ScopedOptions,
    ttl: number,
  ) {
    this.index = index;
    this.#calls = calls;
    const phase: LifecycleState['phase'] = 'accepting';
    this.runs = new FleetRuns(
      {
        store,
        environment: 'test',
        service: 'orders',
        release,
        instance: `pod-${index}`,
        boot: `boot-${index}`,
        secret,
        isStoreFailing: () => false,
        warn: (line) => this.warnings.push(line),
      },
      {
        state: { phase },
        onState: () => () => undefined,
        onRemoved: (listener) => this.health.engine.onRemoved(listener),
      },
    );
    this.runs.follow();
    this.health.engine.shareRuns(this.runs);
    this.health.add('rates', () => this.#check(), { scope: 'fleet', ttl, ...settings });
    this.health.engine.start();
  }

  /** Ends like a killed process: nothing is released. The caller cuts the connection to the store before. */
  end(): void {
    this.isAlive = false;
    this.health.engine.stop();
  }

  stop(): void {
    this.runs.stop();
    this.health.engine.stop();
  }

  async #check(): Promise<HealthResult> {
    if (!this.isAlive) return new Promise(() => undefined);
    const at = performance.now();
    this.#calls.push({ by: this.index, at });
    await new Promise((resolve) => setTimeout(resolve, this.takes));
    return { ...this.result, message: String(at) };
  }
}
