import type { ConfigurationFault } from '../../errors/fault.js';
import { endpointPathShared } from '../../errors/messages.js';
import type { HealthSettings } from '../health-settings.js';

export interface Paths {
  /** The place of each path. */
  readonly places: ReadonlyMap<string, string>;
  /** The paths that two places share. */
  readonly faults: readonly ConfigurationFault[];
}

/** Collects the paths of the endpoints, the aliases and the groups, without a global prefix. */
export function pathsOf({
  path,
  endpoints,
  aliases,
  groups,
}: Pick<HealthSettings, 'path' | 'endpoints' | 'aliases' | 'groups'>): Paths {
  const places = new Map<string, string>();
  const faults: ConfigurationFault[] = [];
  const add = (own: string, place: string): void => {
    const other = places.get(own);
    if (other === undefined) places.set(own, place);
    else faults.push(endpointPathShared(own, [other, place]));
  };
  for (const [name, { enabled, path: own }] of Object.entries(endpoints)) {
    // The path of `checks` has a parameter.
    if (enabled && name !== 'checks') add(own === '' ? `/${path}` : `/${path}/${own}`, `the endpoint "${name}"`);
  }
  // An alias may have the path of an endpoint, because a global prefix can make them different.
  for (const alias of aliases.keys()) if (!places.has(alias)) places.set(alias, `the alias "${alias}"`);
  for (const [name, group] of groups) {
    if (group.isServed) add(`/${path}/${group.path}`, `the group "${name}"`);
    if (group.additionalPath !== undefined) add(group.additionalPath, `the additionalPath of the group "${name}"`);
  }
  return { places, faults };
}
