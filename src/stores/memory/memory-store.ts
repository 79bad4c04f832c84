import type { Duration } from '../../options/duration.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import type { HealthStore } from '../health-store.js';
import { storeOf } from '../store-of.js';
import { DEFAULT_TIMEOUT, timeoutRule } from '../store-options.js';
import { MemoryBackend, type SimulatedFault } from './memory-backend.js';

/** Options of `memoryStore()`. */
export interface MemoryStoreOptions {
  /** Milliseconds that one operation may take while the store is frozen. Default: 2000. */
  readonly timeout?: Duration;
}

const RULES = { timeout: timeoutRule } satisfies RuleTable<MemoryStoreOptions>;

/** A store in the memory of this process, which tests can make fail. */
export interface MemoryStore extends HealthStore {
  /**
   * Simulates a fault from now on: `unavailable`, the store refuses connections, or `frozen`, it accepts requests and does not respond.
   * Undefined: the store works again. Entries and leases expire during a fault.
   */
  simulate(fault: SimulatedFault | undefined): void;
  /** Loses all entries and leases, like a server that restarts without its data. Watches lose their connection. */
  loseData(): void;
}

/**
 * Creates a store in the memory of this process: for tests, and for parts of one process. Applications that should see each
 * other's entries get the same store. Throws a `HealthConfigurationError` for a malformed option.
 *
 * @example
 * const store = memoryStore();
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { timeout } = readOptions('memoryStore()', options, (reader) =>
    reader.readAll(RULES, { timeout: DEFAULT_TIMEOUT }),
  );
  const backend = new MemoryBackend(timeout);
  return {
    ...storeOf(backend, timeout),
    simulate: (fault) => backend.simulate(fault),
    loseData: () => backend.loseData(),
  };
}
