/**
 * The relative URL from a request URL to the base of the endpoints. It is independent of a prefix that the application or
 * a proxy adds. Undefined: the URL is not below the base path.
 */
export function baseOf(url: string, path: string): string | undefined {
  const [requested = ''] = url.split('?', 1);
  // The last match, because the name of an indicator may begin with the base path.
  const start = `${requested}/`.lastIndexOf(`/${path}/`);
  if (start < 0) return undefined;
  const rest = requested.slice(start + path.length + 1);
  if (rest === '') return `${path.split('/').at(-1)}/`;
  const depth = rest.split('/').length - 2;
  // A part of a composite has two segments, and any path can end with a slash.
  const segments = rest.split('/').filter((segment) => segment !== '').length;
  return rest.startsWith('/') && segments <= 2 ? '../'.repeat(depth) : undefined;
}
