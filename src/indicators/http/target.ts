export type HttpHeaders = Readonly<Record<string, string>>;

/** Where a request goes, and what it shows there. */
export interface Target {
  readonly url: URL;
  readonly headers: HttpHeaders;
}

export interface HttpRequest extends Target {
  readonly method: string;
  readonly body: string | undefined;
}

/** The credentials of a URL become the header that they stand for. */
export function splitCredentials(text: string): Target {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url, headers: {} };
  url.username = '';
  url.password = '';
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { url, headers: { authorization: `Basic ${credentials.toString('base64')}` } };
}
