import type { HealthStatus } from '../core/status.js';

/** An instance of this service, as this process knows it. */
export interface FleetPeer {
  readonly instance: string;
  /** The application is shutting down. */
  readonly isDraining: boolean;
  /** The status of `ready`. */
  readonly ready: HealthStatus;
  /** The status of each indicator that has run. */
  readonly checks: Readonly<Record<string, HealthStatus>>;
}

/** A lease that renews itself until it is released or lost. */
export interface FleetLease {
  readonly isHeld: boolean;
  /** Never rejects. */
  release(): Promise<void>;
}

/** Receives the notes of a topic, in the order of a `StoreObserver`. */
export interface FleetTopicObserver {
  connected(): void;
  disconnected(): void;
  /** All notes, by name. */
  snapshot(notes: ReadonlyMap<string, string>): void;
  put(name: string, text: string): void;
  removed(name: string): void;
}

/** Notes that the instances of this service share. */
export interface FleetTopic {
  /** Writes a note. `expiresIn`: milliseconds. Rejects while the store is unavailable. */
  put(name: string, text: string, expiresIn: number): Promise<void>;
  /** Acquires the lease of the topic. Undefined: another instance holds it. Rejects while the store is unavailable. */
  claim(expiresIn: number): Promise<FleetLease | undefined>;
  /**
   * The instances of this service that are neither lost nor have left, including this one. Undefined: unknown. The first call
   * begins to follow them, so later calls return them.
   */
  instances(): readonly FleetPeer[] | undefined;
  /** Stops following the instances. */
  forgetInstances(): void;
  close(): void;
}

/** The number of instances of a service in each state. */
export interface FleetCounts {
  readonly service: string;
  /** By phase. Each phase is present. */
  readonly phases: Readonly<Record<string, number>>;
  /** Instances that accept traffic and whose `ready` is UP or DEGRADED. */
  readonly ready: number;
  readonly expected: number | undefined;
  /** By indicator: present instances at which it fails. Indicators that fail nowhere may be absent. */
  readonly failing: ReadonlyMap<string, number>;
}

/** For modules that act once for all instances of this service. */
export interface FleetLink {
  /** The name of this instance, unique within the service. */
  readonly instance: string;
  /** Opens a topic. `topic`: any text; only a hash of it is written. */
  open(topic: string, observer: FleetTopicObserver): FleetTopic;
  /** The services of the fleet, for metrics. Undefined: the option `metrics` is not set. */
  counts(): { readonly isConnected: boolean; readonly services: readonly FleetCounts[] } | undefined;
}
