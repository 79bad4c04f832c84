/** The parameters in the URL of a request, without those of the path. Read from the URL: an application may set any parser. */
export function queryParameters(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start));
}
