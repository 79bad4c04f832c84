import type { EndpointOutlet } from '../extension/health-endpoints.js';

/** Names in lower case. What stands in a list goes out as so many lines. */
export type ResponseHeaders = Readonly<Record<string, string | string[]>>;

/** A finished answer, or the finished head of one that goes on. */
export interface HealthResponse {
  readonly statusCode: number;
  readonly headers: ResponseHeaders;
  /** The headers and the length of the body, name and value in turn: Node writes them as they are. */
  readonly fields: string[];
  readonly body: string | Buffer;
  /** Writes the body little by little, once the head is out. */
  readonly open?: (outlet: EndpointOutlet) => void;
}

export const BASE_HEADERS = {
  'cache-control': 'no-store',
  'content-type': 'application/json; charset=utf-8',
  vary: 'accept',
} as const;

/** Node sends a short text together with the head, in one write; a longer one is better encoded once and for all. */
const LONGEST_TEXT = 1024;

/** Makes everything of an answer that can be made before somebody asks for it. */
export function finishResponse(statusCode: number, headers: ResponseHeaders, content: object): HealthResponse {
  return finishText(statusCode, headers, JSON.stringify(content));
}

/** Statuses whose answers have no body, and so neither its length nor its type (RFC 9110, sections 15.3.5 and 15.4.5). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 304]);

/** The same for a text, whose type the headers say. */
export function finishText(statusCode: number, headers: ResponseHeaders, text: string): HealthResponse {
  if (WITHOUT_BODY.has(statusCode)) {
    const { 'content-type': _type, ...rest } = headers;
    return { statusCode, headers: rest, fields: fieldsOf(rest), body: '' };
  }
  // A 205 has a body of length 0 (RFC 9110, section 15.3.6).
  const bytes = Buffer.from(statusCode === 205 ? '' : text);
  const length = { 'content-length': String(bytes.length) };
  return {
    statusCode,
    headers: { ...headers, ...length },
    fields: fieldsOf({ ...headers, ...length }),
    body: bytes.length <= LONGEST_TEXT ? bytes.toString() : bytes,
  };
}

/** The head of an answer whose body comes little by little. */
export function finishHead(
  statusCode: number,
  headers: ResponseHeaders,
  open: (outlet: EndpointOutlet) => void,
): HealthResponse {
  return { statusCode, headers, fields: fieldsOf(headers), body: '', open };
}

/** Joins headers; later ones win, except that `vary` keeps every name. */
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
