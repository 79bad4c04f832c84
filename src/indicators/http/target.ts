export type HttpHeaders = Readonly<Record<string, string>>;

/** The target of a request, with its authentication. */
export interface Target {
  readonly url: URL;
  readonly headers: HttpHeaders;
}

export interface HttpRequest extends Target {
  readonly method: string;
  readonly body: string | undefined;
}

/** Moves the credentials of a URL into the header `authorization`. */
export function splitCredentials(text: string): Target {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url, headers: {} };
  url.username = '';
  url.password = '';
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { url, headers: { authorization: `Basic ${credentials.toString('base64')}` } };
}
