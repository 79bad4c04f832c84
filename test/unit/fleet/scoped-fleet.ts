import { MemoryBackend } from '../../../src/stores/memory/memory-backend.js';
import { storeOf } from '../../../src/stores/store-of.js';
import { advance } from '../../support/fake-clock.js';
import { CHECK_TAKES, type ScopedCall, ScopedInstance, type ScopedOptions } from '../../support/scoped-instance.js';
import { SeverableBackend } from '../../support/severable-backend.js';

export const TTL = 1000;
export const STORE_TIMEOUT = 2000;

/** One simulated process. */
export class Instance extends ScopedInstance {
  readonly connection: SeverableBackend;

  constructor(fleet: ScopedFleet, index: number, options: ScopedOptions, ttl: number) {
    const connection = new SeverableBackend(fleet.backend);
    super({ store: storeOf(connection, STORE_TIMEOUT), index, calls: fleet.calls }, options, ttl);
    this.connection = connection;
  }

  /** SIGKILL: nothing is released. */
  kill(): void {
    this.connection.sever();
    this.end();
  }

  async status(): Promise<string | undefined> {
    const report = this.health.report('ready');
    // For a run that the report begins.
    await advance(2 * CHECK_TAKES);
    return (await report).details['rates']?.status;
  }
}

/** Simulated instances of one service that share a store. */
export class ScopedFleet {
  readonly backend = new MemoryBackend(STORE_TIMEOUT);
  readonly calls: ScopedCall[] = [];
  readonly instances: Instance[] = [];

  readonly #ttl: number;

  constructor(count: number, options: ScopedOptions = {}, ttl = TTL) {
    this.#ttl = ttl;
    for (let index = 0; index < count; index += 1) this.add(options);
  }

  add(options: ScopedOptions = {}): Instance {
    const added = new Instance(this, this.instances.length, options, this.#ttl);
    this.instances.push(added);
    return added;
  }

  /** Probes every instance each `every` milliseconds. `visit` receives each status. */
  async probe(
    milliseconds: number,
    { every = 250, visit }: { every?: number; visit?: (instance: Instance, message: string) => void } = {},
  ): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += every) {
      for (const instance of this.instances) {
        if (!instance.isAlive) continue;
        void instance.health.report('ready').then(({ details }) => {
          const { status, message = '' } = details['rates'] ?? {};
          if (status === 'UP') visit?.(instance, message);
        });
      }
      await advance(every);
    }
  }

  /** Probes every instance each `every` milliseconds, and returns which ones were failing in how many of their responses. */
  async failures(milliseconds: number, every = 250): Promise<ReadonlyMap<number, number>> {
    const failures = new Map<number, number>();
    for (let passed = 0; passed < milliseconds; passed += every) {
      for (const { isAlive, health, index } of this.instances) {
        if (!isAlive) continue;
        void health.report('ready').then(({ details }) => {
          if (details['rates']?.status !== 'UP') failures.set(index, (failures.get(index) ?? 0) + 1);
        });
      }
      await advance(every);
    }
    return failures;
  }

  callsSince(from: number): ScopedCall[] {
    return this.calls.filter(({ at }) => at >= from);
  }

  at(index: number): Instance {
    return this.instances[index % this.instances.length] as Instance;
  }

  get runner(): Instance {
    return this.instances[this.calls.at(-1)?.by ?? -1] as Instance;
  }

  stop(): void {
    for (const instance of this.instances) instance.stop();
  }
}
