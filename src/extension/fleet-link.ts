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
  /** Takes the lease of the topic. Undefined: another instance has it. Rejects while the store is unavailable. */
  claim(expiresIn: number): Promise<FleetLease | undefined>;
  /**
   * The instances of this service that are neither lost nor have left, with this one. Undefined: not known. The first call
   * begins to follow them, so that they are known a moment later.
   */
  instances(): readonly FleetPeer[] | undefined;
  /** Ends what `instances()` has begun. */
  forgetInstances(): void;
  close(): void;
}

/** How many instances of a service are in which state. */
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
