import type { FleetMember, FleetReport, FleetService } from '../../../src/fleet/fleet-report.js';

export const NOW = '2026-11-20T10:30:00.000Z';

/** The time this number of seconds before the report. */
export const before = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

export function member(instance: string, changed: Partial<FleetMember> = {}): FleetMember {
  return {
    instance,
    phase: 'accepting',
    phase_since: before(9000),
    ready: 'UP',
    ready_since: before(8000),
    last_seen_at: before(2),
    version: '1.4.2',
    ...changed,
  };
}

export function service(
  name: string,
  instances: readonly FleetMember[],
  changed: Partial<FleetService> = {},
): FleetService {
  const present = instances.filter(({ phase }) => phase !== 'lost' && phase !== 'left');
  const ready = present.filter((each) => each.phase === 'accepting' && each.ready !== 'DOWN').length;
  const versions: Record<string, number> = {};
  for (const { version = 'unknown' } of present) versions[version] = (versions[version] ?? 0) + 1;
  return { service: name, ready, present: present.length, versions, failing: {}, instances, ...changed };
}

export function fleetReport(services: readonly FleetService[], changed: Partial<FleetReport> = {}): FleetReport {
  return {
    status: 'UP',
    timestamp: NOW,
    environment: 'production',
    store: { name: 'Redis', connected: true, since: before(9000) },
    services,
    events: [],
    ...changed,
  };
}
