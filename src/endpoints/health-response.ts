/** A finished answer. */
export interface HealthResponse {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The headers and the length of the body, name and value in turn: Node writes them as they are. */
  readonly fields: string[];
  readonly body: string | Buffer;
}

export const BASE_HEADERS = {
  'cache-control': 'no-store',
  'content-type': 'application/json; charset=utf-8',
  vary: 'accept',
} as const;

/** Node sends a short text together with the head, in one write; a longer one is better encoded once and for all. */
const LONGEST_TEXT = 1024;

/** Makes everything of an answer that can be made before somebody asks for it. */
export function finishResponse(
  statusCode: number,
  headers: Readonly<Record<string, string>>,
  content: object,
): HealthResponse {
  return finishText(statusCode, headers, JSON.stringify(content));
}

/** The same for a text, whose type the headers say. */
export function finishText(
  statusCode: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): HealthResponse {
  const bytes = Buffer.from(text);
  const length = { 'content-length': String(bytes.length) };
  return {
    statusCode,
    headers: { ...headers, ...length },
    fields: Object.entries({ ...headers, ...length }).flat(),
    body: bytes.length <= LONGEST_TEXT ? text : bytes,
  };
}
