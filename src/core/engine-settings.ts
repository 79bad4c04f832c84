import type { CompositeSettings } from './composite.js';
import type { GroupDefinition } from './registry.js';
import type { ServiceIdentity } from './service-info.js';

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
