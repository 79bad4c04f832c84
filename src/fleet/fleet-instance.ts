import type { FleetEntry, WrittenPhase } from './fleet-entry.js';

/** The phase of an instance as a reader determines it. `lost`: it crashed, is frozen, or cannot reach the store. */
export type FleetPhase = WrittenPhase | 'lost';

/** Whether an instance in this phase is presumed to run: it is neither lost nor left. */
export function isPresent(phase: FleetPhase): boolean {
  return phase !== 'lost' && phase !== 'left';
}

/** One instance, as this process knows it. Times are on the monotonic clock of this process. */
export interface FleetInstance {
  readonly entry: FleetEntry;
  readonly phase: FleetPhase;
  /** Start of the phase. */
  readonly phaseSince: number;
  /** Time since when `ready` has its status. */
  readonly readySince: number;
  /** Time since when `live` has its status. Undefined: it is UP, or not known. */
  readonly liveSince?: number | undefined;
  /** Times since when the indicators that are not UP have their statuses. Undefined: none, or not known. */
  readonly checksSince?: ReadonlyMap<string, number> | undefined;
  /** Time of the last entry of the instance. */
  readonly lastSeen: number;
}

/** The instance of this process, from its own memory. */
export type OwnInstance = Omit<FleetInstance, 'phase' | 'lastSeen'>;
