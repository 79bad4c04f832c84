import type { FleetMember, FleetService } from '../fleet-report.js';
import { stateOf } from './member-state.js';

export interface Found {
  readonly service: FleetService;
  readonly members: readonly FleetMember[];
}

/** The instances with a text in the name of the service or their own, the version, the commit, the state, or the name of an indicator that is not UP. */
export function searchFor(services: readonly FleetService[], search = ''): readonly Found[] {
  const wanted = search.toLowerCase();
  if (wanted === '') return services.map((service) => ({ service, members: service.instances }));
  return services.flatMap((service) => {
    const members = service.instances.filter((member) => textOf(service, member).includes(wanted));
    return members.length > 0 ? [{ service, members }] : [];
  });
}

function textOf({ service }: FleetService, member: FleetMember): string {
  const { instance, version = '', commit = '', attention = {} } = member;
  return [service, instance, version, commit, stateOf(member).word, ...Object.keys(attention)].join('\n').toLowerCase();
}
