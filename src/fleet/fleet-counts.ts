import type { FleetCounts } from '../extension/fleet-link.js';
import { WRITTEN_PHASES } from './fleet-entry.js';
import { isReady } from './fleet-report.js';
import { countFailing, mostFailing } from './listed-checks.js';
import { type FleetInstance, isPresent } from './fleet-instance.js';

/** Maximum number of counted services. It is limited because instances can announce any name. */
const MOST_SERVICES = 200;

interface Counted {
  readonly phases: Record<string, number>;
  ready: number;
  readonly failing: Map<string, number>;
}

/** Counts the instances of each service by state. Expected services come first, then the order is by name. */
export function countFleet(
  instances: readonly FleetInstance[],
  expected: ReadonlyMap<string, number>,
): readonly FleetCounts[] {
  const services = new Map<string, Counted>([...expected.keys()].map((service) => [service, emptyCounts()]));
  for (const instance of instances) {
    const { entry, phase } = instance;
    const counted = services.get(entry.service) ?? emptyCounts();
    services.set(entry.service, counted);
    counted.phases[phase] = (counted.phases[phase] ?? 0) + 1;
    if (isReady(instance)) counted.ready += 1;
    if (isPresent(phase)) countFailing(counted.failing, entry.checks);
  }
  return [...services]
    .toSorted(([a], [b]) => Number(expected.has(b)) - Number(expected.has(a)) || a.localeCompare(b))
    .slice(0, MOST_SERVICES)
    .map(([service, { failing, ...counted }]) => ({
      service,
      ...counted,
      expected: expected.get(service),
      failing: new Map(mostFailing(failing)),
    }));
}

function emptyCounts(): Counted {
  return {
    phases: Object.fromEntries([...WRITTEN_PHASES, 'lost'].map((phase) => [phase, 0])),
    ready: 0,
    failing: new Map(),
  };
}
