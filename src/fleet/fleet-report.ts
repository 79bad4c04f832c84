import { elapsed } from '../core/moment.js';
import { type HealthStatus, isFailing } from '../core/status.js';
import { MOST_DEPENDENCIES } from './fleet-entry.js';
import type { FleetEvent } from './fleet-history.js';
import { listAttention, listFailing } from './listed-checks.js';
import { type FleetInstance, type FleetPhase, type RefusedEntry, type Roster, isPresent } from './roster.js';
import type { WallTimes } from './wall-times.js';

/** One instance in the response of `/health/fleet`. */
export interface FleetMember {
  readonly instance: string;
  readonly phase: FleetPhase;
  readonly phase_since: string;
  readonly ready: HealthStatus;
  readonly ready_since: string;
  /** Time of its last entry. */
  readonly last_seen_at: string;
  readonly version?: string;
  readonly commit?: string;
  /** The indicators that are not UP, by name: 20 at most, failing ones first. */
  readonly attention?: Readonly<Record<string, HealthStatus>>;
  /** How many more indicators are not UP. Absent: all of them are listed. */
  readonly attention_more?: number;
}

/** One service in the response of `/health/fleet`. */
export interface FleetService {
  readonly service: string;
  /** Instances that accept traffic and whose `ready` is UP or DEGRADED. */
  readonly ready: number;
  /** How many instances must be ready, by the option `expected`. */
  readonly expected?: number;
  /** Instances that are neither lost nor left. */
  readonly present: number;
  /** How many present instances run each version. */
  readonly versions: Readonly<Record<string, number>>;
  /** How many present instances report each failing indicator: the 50 that fail at most instances. */
  readonly failing: Readonly<Record<string, number>>;
  /** How many more indicators fail. Absent: all of them are listed. */
  readonly failing_more?: number;
  /** The services that present instances depend on, as those services name themselves. At most 50. */
  readonly depends_on?: readonly string[];
  readonly instances: readonly FleetMember[];
}

/** The response of `/health/fleet`. */
export interface FleetReport {
  /** DOWN if fewer instances are ready than expected, or an expected service is unknown. */
  readonly status: 'UP' | 'DOWN';
  /** Why the status is DOWN: `orders: 2 of 3 ready`. */
  readonly reason?: string;
  readonly timestamp: string;
  readonly environment: string;
  /** The store. While it is unavailable, all other fields may be out of date. */
  readonly store: {
    readonly name: string;
    readonly connected: boolean;
    readonly since?: string;
    readonly error?: string;
    /** Why this instance cannot write its state, so that the others lose it. Absent: its state is written. */
    readonly write_error?: string;
  };
  /** All services, with those of `expected` of which no instance is known. */
  readonly services: readonly FleetService[];
  /** The latest changes that this process has seen, newest first. Kept in its memory. */
  readonly events: readonly FleetEvent[];
  /** Entries that are not believed. */
  readonly refused?: readonly RefusedEntry[];
}

export interface FleetFacts {
  readonly roster: Pick<Roster, 'instances' | 'connection' | 'refused'>;
  readonly environment: string;
  readonly storeName: string;
  /** Why this instance cannot write its state. */
  readonly writeError?: string | undefined;
  readonly expected: ReadonlyMap<string, number>;
  readonly events: readonly FleetEvent[];
  readonly times: WallTimes;
}

/** Describes the fleet at this moment. */
export function describeFleet({
  roster,
  environment,
  storeName,
  writeError,
  expected,
  events,
  times,
}: FleetFacts): FleetReport {
  const now = elapsed();
  const at = (moment: number): string => times.at(moment);
  const byService = new Map<string, FleetInstance[]>([...expected.keys()].map((service) => [service, []]));
  for (const instance of roster.instances(now)) {
    const { service } = instance.entry;
    const members = byService.get(service);
    if (members) members.push(instance);
    else byService.set(service, [instance]);
  }
  const services = [...byService]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([service, instances]) => describeService(service, expected.get(service), instances, at));
  const missing = services.flatMap(({ service, ready, expected: count = 0 }) =>
    ready < count ? [`${service}: ${ready} of ${count} ready`] : [],
  );
  const { isConnected, since, error } = roster.connection;
  const { refused } = roster;
  return {
    status: missing.length > 0 ? 'DOWN' : 'UP',
    ...(missing.length > 0 && { reason: missing.join(', ') }),
    timestamp: at(now),
    environment,
    store: {
      name: storeName,
      connected: isConnected,
      ...(since !== undefined && { since: at(since) }),
      ...(error !== undefined && { error }),
      ...(writeError !== undefined && { write_error: writeError }),
    },
    services,
    events,
    ...(refused.length > 0 && { refused }),
  };
}

function describeService(
  service: string,
  expected: number | undefined,
  instances: readonly FleetInstance[],
  at: (moment: number) => string,
): FleetService {
  const present = instances.filter(({ phase }) => isPresent(phase));
  const versions: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const { entry } of present) {
    const version = entry.version ?? 'unknown';
    versions[version] = (versions[version] ?? 0) + 1;
  }
  const failing = listFailing(present.map(({ entry }) => entry.checks));
  const dependsOn = new Set(present.flatMap(({ entry }) => entry.dependsOn ?? []));
  return {
    service,
    ready: present.filter(isReady).length,
    ...(expected !== undefined && { expected }),
    present: present.length,
    versions,
    failing: failing.listed,
    ...(failing.more > 0 && { failing_more: failing.more }),
    ...(dependsOn.size > 0 && { depends_on: [...dependsOn].toSorted().slice(0, MOST_DEPENDENCIES) }),
    instances: instances
      .map((instance) => describeMember(instance, at))
      .toSorted((a, b) => a.instance.localeCompare(b.instance)),
  };
}

/** Whether an instance accepts traffic and its indicators agree. */
export function isReady({ phase, entry }: FleetInstance): boolean {
  return phase === 'accepting' && !isFailing(entry.ready);
}

function describeMember(
  { entry, phase, phaseSince, readySince, heard }: FleetInstance,
  at: (moment: number) => string,
): FleetMember {
  const attention = listAttention(entry.checks);
  const hasAttention = Object.keys(attention.listed).length > 0;
  return {
    instance: entry.instance,
    phase,
    phase_since: at(phaseSince),
    ready: entry.ready,
    ready_since: at(readySince),
    last_seen_at: at(heard),
    ...(entry.version !== undefined && { version: entry.version }),
    ...(entry.commit !== undefined && { commit: entry.commit }),
    ...(hasAttention && { attention: attention.listed }),
    ...(attention.more > 0 && { attention_more: attention.more }),
  };
}
