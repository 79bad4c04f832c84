/**
 * The way from a URL that was asked for to the place where the endpoints are, as a relative URL: whatever prefix the
 * application, or a proxy before it, has put in front of the path is none of its business. Undefined: the URL is none of
 * the endpoints' own.
 */
export function baseOf(url: string, path: string): string | undefined {
  const [asked = ''] = url.split('?', 1);
  // A name below may begin with the same word as the path.
  const start = `${asked}/`.lastIndexOf(`/${path}/`);
  if (start < 0) return undefined;
  const rest = asked.slice(start + path.length + 1);
  if (rest === '') return `${path.split('/').at(-1)}/`;
  const depth = rest.split('/').length - 2;
  return rest.startsWith('/') && depth < 2 ? '../'.repeat(depth) : undefined;
}
