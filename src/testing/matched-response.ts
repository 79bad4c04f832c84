import { isRecord } from '../core/is-record.js';
import { isHealthStatus } from '../core/status.js';
import type { ShownDetail, ShownReport } from './report-text.js';

/** The parts of a response, or of a report of `HealthService`, that the matchers compare. */
export interface HealthResponse extends ShownReport {
  /** Undefined for a report of `HealthService`. */
  readonly statusCode?: number;
  /** `GET /health/ready`. Undefined if the response does not contain its request. */
  readonly request?: string;
}

/** A response of `fetch`, whose body has not been read. */
export interface FetchResponse {
  readonly status: number;
  readonly bodyUsed: boolean;
  clone(): { text(): Promise<string> };
  readonly headers: { get(name: string): string | null };
}

/** A response with its body. */
interface Received {
  readonly statusCode: number;
  readonly status: unknown;
  readonly body: unknown;
  readonly request: string | undefined;
}

/**
 * Reads a response of supertest, of Fastify's `inject()` or of `fetch`, a promise of one, or a report of `HealthService`.
 * Throws for anything else, because a matcher with `.not` would pass.
 */
export function readResponse(received: unknown): HealthResponse | Promise<HealthResponse> {
  if (isThenable(received)) return Promise.resolve(received).then(readResponse);
  if (isFetchResponse(received)) return readFetched(received);
  if (!isRecord(received)) throw new TypeError(`expect() received ${kindOf(received)}: use ${ACCEPTED}.`);
  if (isHealthStatus(received['status'])) return readReport(received['status'], received);
  const statusCode = received['statusCode'] ?? received['status'];
  if (typeof statusCode !== 'number')
    throw new TypeError(`expect() received an object that is not a response: use ${ACCEPTED}.`);
  return readReceived({
    statusCode,
    status: isRecord(received['headers']) ? received['headers'][STATUS_HEADER] : undefined,
    // supertest has parsed the body; inject() has not.
    body: typeof received['payload'] === 'string' ? parsed(received['payload']) : received['body'],
    request: requestOf(received),
  });
}

const ACCEPTED = 'a response of a health endpoint (supertest, inject() or fetch), or a report of HealthService';
const STATUS_HEADER = 'x-health-status';

async function readFetched(response: FetchResponse & { readonly url?: unknown }): Promise<HealthResponse> {
  if (response.bodyUsed) {
    throw new TypeError(
      'The body of the response has been read already: pass the response before reading it, or pass the report that was read.',
    );
  }
  return readReceived({
    statusCode: response.status,
    status: response.headers.get(STATUS_HEADER),
    body: parsed(await response.clone().text()),
    request: typeof response.url === 'string' && response.url !== '' ? new URL(response.url).pathname : undefined,
  });
}

function readReceived({ statusCode, status, body, request }: Received): HealthResponse {
  const record = isRecord(body) ? body : {};
  const shown = isHealthStatus(status) ? status : record['status'];
  if (!isHealthStatus(shown)) {
    const reason = statusCode === 401 ? 'It needs an API key: send X-Health-Key.' : 'It has no header X-Health-Status.';
    throw new TypeError(
      `The response to ${request ?? 'the request'} (${statusCode}) is not a health report. ${reason}`,
    );
  }
  return { ...readReport(shown, record), statusCode, ...(request !== undefined && { request }) };
}

function readReport(status: string, { reason, details, components }: Record<string, unknown>): HealthResponse {
  const shown = isRecord(details)
    ? readDetails(details)
    : isRecord(components)
      ? readComponents(components)
      : undefined;
  return { status, ...(typeof reason === 'string' && { reason }), ...(shown && { details: shown }) };
}

/** Undefined for a format whose statuses have other names. */
function readDetails(details: Record<string, unknown>): Record<string, ShownDetail> | undefined {
  const entries = Object.entries(details);
  if (
    !entries.every((entry): entry is [string, ShownDetail] => isRecord(entry[1]) && isHealthStatus(entry[1]['status']))
  ) {
    return undefined;
  }
  return Object.fromEntries(entries);
}

/** The format `spring` has the error and the message of an indicator in its `details`. */
function readComponents(components: Record<string, unknown>): Record<string, ShownDetail> | undefined {
  const flat = Object.entries(components).map(([name, component]) => {
    const { status, details, components: parts } = isRecord(component) ? component : {};
    const below = isRecord(parts) ? { details: readComponents(parts) } : isRecord(details) ? details : {};
    return [name, { ...below, status }] as const;
  });
  return readDetails(Object.fromEntries(flat));
}

/** supertest keeps the request as `req`, `inject()` as `raw.req`. */
function requestOf({ req, raw }: Record<string, unknown>): string | undefined {
  const request = isRecord(req) ? req : isRecord(raw) && isRecord(raw['req']) ? raw['req'] : undefined;
  const path = request?.['path'] ?? request?.['url'];
  return typeof path === 'string' ? `${String(request?.['method'])} ${path}` : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isRecord(value) && typeof value['then'] === 'function';
}

function isFetchResponse(value: unknown): value is FetchResponse {
  return isRecord(value) && typeof value['clone'] === 'function' && typeof value['bodyUsed'] === 'boolean';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
