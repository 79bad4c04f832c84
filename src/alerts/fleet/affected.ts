import { type HealthStatus, isWorse } from '../../core/status.js';
import type { FleetPeer } from '../../extension/fleet-link.js';
import type { AffectedInstances, AlertSubject } from '../alert.js';
import type { Cause, NotedOutage } from './instance-note.js';

/** An outage of one instance, on the monotonic clock of this process. */
export interface InstanceOutage {
  readonly instance: string;
  readonly outage: NotedOutage;
  readonly since: number;
  /** When it ended. Undefined: it lasts. */
  readonly endedAt: number | undefined;
}

/**
 * The instances that are affected at this moment: those that report the outage, and those whose status is bad before their
 * debounce has passed. `peers` undefined: the instances of the service are not known.
 */
export function affectedBy(
  subject: AlertSubject,
  bad: ReadonlySet<HealthStatus>,
  outages: readonly InstanceOutage[],
  peers: readonly FleetPeer[] | undefined,
): AffectedInstances {
  const names = new Set(outages.map(({ instance }) => instance));
  const all = new Set(names);
  for (const peer of peers ?? []) {
    all.add(peer.instance);
    const status = statusOf(subject, peer);
    if (status !== undefined && bad.has(status)) names.add(peer.instance);
  }
  return { affected: names.size, total: peers && all.size, names: [...names].toSorted() };
}

/** The instances of both. */
export function mergeAffected(a: AffectedInstances, b: AffectedInstances): AffectedInstances {
  const names = [...new Set([...a.names, ...b.names])].toSorted();
  const affected = Math.max(names.length, a.affected, b.affected);
  const known = [a.total, b.total].filter((total) => total !== undefined);
  // An instance that was affected may have been replaced since.
  return { affected, total: known.length > 0 ? Math.max(affected, ...known) : undefined, names };
}

/** The worst status of the outages, and its reason. */
export function worstOf([first, ...others]: readonly [InstanceOutage, ...InstanceOutage[]]): Cause {
  let { outage: worst } = first;
  let isCritical = worst.critical;
  for (const { outage } of others) {
    if (isWorse(outage.status, worst.status)) worst = outage;
    isCritical ||= outage.critical;
  }
  const { status, error, code } = worst;
  return { status, critical: isCritical, ...(error !== undefined && { error }), ...(code !== undefined && { code }) };
}

function statusOf({ kind, name }: AlertSubject, { isDraining, ready, checks }: FleetPeer): HealthStatus | undefined {
  if (kind === 'indicator') return Object.hasOwn(checks, name) ? checks[name] : undefined;
  return name === 'ready' && !isDraining ? ready : undefined;
}
