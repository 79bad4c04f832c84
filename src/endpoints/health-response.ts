import type { EndpointOutlet } from '../observation/health-endpoints.js';

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

/** The same for a text, whose type the headers say. */
export function finishText(statusCode: number, headers: ResponseHeaders, text: string): HealthResponse {
  const bytes = Buffer.from(text);
  const length = { 'content-length': String(bytes.length) };
  return {
    statusCode,
    headers: { ...headers, ...length },
    fields: fieldsOf({ ...headers, ...length }),
    body: bytes.length <= LONGEST_TEXT ? text : bytes,
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

function fieldsOf(headers: ResponseHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((line) => [name, line]));
}
