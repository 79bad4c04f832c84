import type { EndpointOutlet } from '../extension/health-endpoints.js';

/** Names in lower case. A list is sent as one header line for each value. */
export type ResponseHeaders = Readonly<Record<string, string | string[]>>;

/** A finished response, or the finished head of a stream. */
export interface HealthResponse {
  readonly statusCode: number;
  readonly headers: ResponseHeaders;
  /** The headers and the length of the body as a flat list of names and values, which Node writes without a conversion. */
  readonly fields: string[];
  /** A string has ASCII characters only, and is written as such: Node needs not convert it. */
  readonly body: string | Buffer;
  /** Starts the stream after the head is written. Undefined: the response is complete. */
  readonly open?: (outlet: EndpointOutlet) => void;
}

export const BASE_HEADERS = {
  'cache-control': 'no-store',
  'content-type': 'application/json; charset=utf-8',
  vary: 'accept',
} as const;

/** Status codes of responses without a body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
export const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Node sends a short string together with the head, in one piece. A longer one is encoded once, here. */
const LONGEST_TEXT = 2048;
/** The encoding of bodies that are strings. */
export const TEXT_ENCODING = 'latin1';

/** Creates a JSON response with all its bytes, so that a request only has to write them. */
export function finishResponse(statusCode: number, headers: ResponseHeaders, content: object): HealthResponse {
  return finishText(statusCode, headers, JSON.stringify(content));
}

/** The same for a text. `headers` contain its media type. */
export function finishText(statusCode: number, headers: ResponseHeaders, text: string): HealthResponse {
  // A 205 has the header Content-Length: 0, the others have no header of the content.
  if (WITHOUT_BODY.has(statusCode) && statusCode !== 205) {
    const { 'content-type': _type, ...rest } = headers;
    return { statusCode, headers: rest, fields: fieldsOf(rest), body: '' };
  }
  const sent = statusCode === 205 ? '' : text;
  const bytes = Buffer.from(sent);
  const isShortAscii = bytes.length <= LONGEST_TEXT && bytes.length === sent.length;
  const length = { 'content-length': String(bytes.length) };
  return {
    statusCode,
    headers: { ...headers, ...length },
    fields: fieldsOf({ ...headers, ...length }),
    body: isShortAscii ? sent : bytes,
  };
}

/** The same response with more headers. It is a copy, because callers share finished responses. */
export function addHeaders(response: HealthResponse, headers: Readonly<Record<string, string>>): HealthResponse {
  const fields = [...response.fields, ...fieldsOf(headers)];
  return { ...response, headers: { ...response.headers, ...headers }, fields };
}

/** The head of a stream. */
export function finishHead(
  statusCode: number,
  headers: ResponseHeaders,
  open: (outlet: EndpointOutlet) => void,
): HealthResponse {
  return { statusCode, headers, fields: fieldsOf(headers), body: '', open };
}

/** Merges headers. Later values replace earlier ones, except that `vary` keeps the names of all. */
export function mergeHeaders(
  ...all: readonly (Readonly<Record<string, string>> | undefined)[]
): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const headers of all) {
    const { vary } = merged;
    Object.assign(merged, headers);
    if (vary !== undefined && merged['vary'] !== undefined) merged['vary'] = mergeVary(vary, merged['vary']);
  }
  return merged;
}

/** The names of both values of `Vary`, each once. `*` includes all of them (RFC 9110, section 12.5.5). */
export function mergeVary(present: unknown, own: string): string {
  const names = [present, own].flat().flatMap((value) => String(value).split(','));
  const unique = new Map(names.map((name) => [name.trim().toLowerCase(), name.trim()]));
  unique.delete('');
  return unique.has('*') ? '*' : [...unique.values()].join(', ');
}

function fieldsOf(headers: ResponseHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((line) => [name, line]));
}
