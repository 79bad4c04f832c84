/** The probes whose default response is the same for every caller, so that it can be kept outside the main thread. */
export const SHARED_PROBES = ['live', 'ready', 'startup'] as const;
export type SharedProbe = (typeof SHARED_PROBES)[number];

/** The last segments of the default paths of `live`. */
const LIVE = /\/(?:live|livez|healthz)$/i;

/** The path of a URL without the query and a slash at the end, which Express ignores too. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The shared probe at this URL. `paths`: in lower case, because Express ignores the case of paths. */
export function probeAt(url: string, paths: ReadonlyMap<string, SharedProbe>): SharedProbe | undefined {
  return paths.get(pathOf(url).toLowerCase());
}

/** Whether this URL is that of `live`. `paths`: undefined until the configuration is known. */
export function isLive(url: string, paths: ReadonlyMap<string, SharedProbe> | undefined): boolean {
  return paths ? probeAt(url, paths) === 'live' : LIVE.test(pathOf(url));
}
