import { elapsed } from '../core/moment.js';
import { type HealthStatus, isFailing } from '../core/status.js';
import { MOST_DEPENDENCIES } from './fleet-entry.js';
import type { FleetEvent } from './fleet-history.js';
import { listAttention, listFailing, sinceOfListed } from './listed-checks.js';
import { type FleetInstance, type FleetPhase, isPresent } from './fleet-instance.js';
import type { RefusedEntry, Roster } from './roster.js';
import type { WallTimes } from './wall-times.js';

/** One instance in the response of `/health/fleet`. */
export interface FleetMember {
  readonly instance: string;
  readonly phase: FleetPhase;
  readonly phase_since: string;
  readonly ready: HealthStatus;
  readonly ready_since: string;
  /** Status of the probe `live`. Absent: it is UP, or not known. */
  readonly live?: HealthStatus;
  readonly live_since?: string;
  /** Time of its last entry. */
  readonly last_seen_at: string;
  readonly version?: string;
  readonly commit?: string;
  /** The indicators that are not UP, by name: 20 at most, failing ones first. */
  readonly attention?: Readonly<Record<string, HealthStatus>>;
  /** Since when each of them has its status. An indicator is absent if that is not known. */
  readonly attention_since?: Readonly<Record<string, string>>;
  /** Number of further indicators that are not UP. Absent: all are listed. */
  readonly attention_more?: number;
}

/** One service in the response of `/health/fleet`. */
export interface FleetService {
  readonly service: string;
  /** Number of instances that accept traffic and whose `ready` is UP or DEGRADED. */
  readonly ready: number;
  /** Number of instances that must be ready, from the option `expected`. */
  readonly expected?: number;
  /** Number of instances that are neither lost nor left. */
  readonly present: number;
  /** Number of present instances by version. */
  readonly versions: Readonly<Record<string, number>>;
  /** Number of present instances at which each indicator fails. The 50 indicators with the highest numbers are listed. */
  readonly failing: Readonly<Record<string, number>>;
  /** Number of further failing indicators. Absent: all are listed. */
  readonly failing_more?: number;
  /** The services that present instances depend on, by the names that those services report. At most 50. */
  readonly depends_on?: readonly string[];
  readonly instances: readonly FleetMember[];
}

/** The response of `/health/fleet`. */
export interface FleetReport {
  /** DOWN if fewer instances are ready than expected. UNKNOWN if that may be so: nothing was received from the store yet. */
  readonly status: 'UP' | 'DOWN' | 'UNKNOWN';
  /** Reason why the status is not UP: `orders: 2 of 3 ready`. */
  readonly reason?: string;
  readonly timestamp: string;
  readonly environment: string;
  /** The store. While it is unavailable, all other fields may be out of date. */
  readonly store: {
    readonly name: string;
    readonly connected: boolean;
    readonly since?: string;
    readonly error?: string;
    /** Reason why this instance cannot write its state. The other instances then report it as lost. Absent: its state is written. */
    readonly write_error?: string;
  };
  /** All known services, and the services of `expected` without a known instance. */
  readonly services: readonly FleetService[];
  /** The latest changes that this process noticed, newest first. They are kept in its memory. */
  readonly events: readonly FleetEvent[];
  /** Refused entries, at most 20. */
  readonly refused?: readonly RefusedEntry[];
  /** How many more entries are refused, at most 1980. Absent: all of them are listed. */
  readonly refused_more?: number;
}

export interface FleetFacts {
  readonly roster: Pick<Roster, 'instances' | 'connection' | 'refused' | 'refusedMore' | 'hasSnapshot'>;
  readonly environment: string;
  readonly storeName: string;
  /** Reason why this instance cannot write its state. */
  readonly writeError?: string | undefined;
  readonly expected: ReadonlyMap<string, number>;
  readonly events: readonly FleetEvent[];
  readonly times: WallTimes;
}

/** The current state of the fleet. */
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
  const { refused, refusedMore } = roster;
  return {
    ...stateOf(missing, roster.hasSnapshot ? undefined : storeName),
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
    ...(refusedMore > 0 && { refused_more: refusedMore }),
  };
}

/** `unknownStore`: the name of a store of which nothing was received yet. What it would say of other services is not known. */
function stateOf(missing: readonly string[], unknownStore: string | undefined): Pick<FleetReport, 'status' | 'reason'> {
  if (missing.length === 0) return { status: 'UP' };
  if (unknownStore === undefined) return { status: 'DOWN', reason: missing.join(', ') };
  return { status: 'UNKNOWN', reason: `${unknownStore} is unavailable: other instances are not known` };
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

/** Whether an instance accepts traffic and its probe `ready` passes. */
export function isReady({ phase, entry }: FleetInstance): boolean {
  return phase === 'accepting' && !isFailing(entry.ready);
}

function describeMember(
  { entry, phase, phaseSince, readySince, liveSince, checksSince, lastSeen }: FleetInstance,
  at: (moment: number) => string,
): FleetMember {
  const attention = listAttention(entry.checks);
  const hasAttention = Object.keys(attention.listed).length > 0;
  const attentionSince = checksSince && sinceOfListed(attention, checksSince, at);
  const { live } = entry;
  return {
    instance: entry.instance,
    phase,
    phase_since: at(phaseSince),
    ready: entry.ready,
    ready_since: at(readySince),
    ...(live !== undefined && live !== 'UP' && { live, ...(liveSince !== undefined && { live_since: at(liveSince) }) }),
    last_seen_at: at(lastSeen),
    ...(entry.version !== undefined && { version: entry.version }),
    ...(entry.commit !== undefined && { commit: entry.commit }),
    ...(hasAttention && { attention: attention.listed }),
    ...(attentionSince && { attention_since: attentionSince }),
    ...(attention.more > 0 && { attention_more: attention.more }),
  };
}
