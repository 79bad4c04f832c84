import type { HealthSettings } from '../options/health-settings.js';

const PROBES = ['live', 'ready', 'startup', 'deep'] as const;

/** Returns a function that recognises the paths of the health endpoints, those of probes also below a global prefix. */
export function healthPaths({
  path,
  endpoints,
  aliases,
}: Pick<HealthSettings, 'path' | 'endpoints' | 'aliases'>): (requested: string) => boolean {
  const base = `/${path}`;
  const ends = PROBES.map((probe) => `${base}/${endpoints[probe].path}`);
  return (requested) =>
    requested === base ||
    requested.startsWith(`${base}/`) ||
    ends.some((end) => requested.endsWith(end)) ||
    [...aliases.keys()].includes(requested);
}
