import { isRecord } from '../core/redact.js';
import { isHealthStatus } from '../core/status.js';
import type { ShownDetail, ShownReport } from './report-text.js';

/** What a matcher was handed, as far as it matters to health. */
export interface HealthAnswer extends ShownReport {
  /** Undefined for a report that came over no wire. */
  readonly statusCode?: number;
  /** `GET /health/ready`, where the answer says what was asked. */
  readonly asked?: string;
}

/** A response of `fetch`, whose body comes later. */
export interface FetchResponse {
  readonly status: number;
  readonly bodyUsed: boolean;
  clone(): { text(): Promise<string> };
  readonly headers: { get(name: string): string | null };
}

/** A response whose body is there already. */
interface Received {
  readonly statusCode: number;
  readonly status: unknown;
  readonly body: unknown;
  readonly asked: string | undefined;
}

/**
 * Reads a response of supertest, of Fastify's `inject()` or of `fetch`, or a report of `HealthService`. What comes later is
 * waited for. Throws for anything that is no answer of a health endpoint, so that no `.not` passes by mistake.
 */
export function readAnswer(received: unknown): HealthAnswer | Promise<HealthAnswer> {
  if (isThenable(received)) return Promise.resolve(received).then(readAnswer);
  if (isFetchResponse(received)) return readFetched(received);
  if (!isRecord(received)) throw new TypeError(`Expected is ${ACCEPTED}, and not ${kindOf(received)}.`);
  if (isHealthStatus(received['status'])) return readReport(received['status'], received);
  const statusCode = received['statusCode'] ?? received['status'];
  if (typeof statusCode !== 'number') throw new TypeError(`Expected is ${ACCEPTED}.`);
  return readReceived({
    statusCode,
    status: isRecord(received['headers']) ? received['headers'][STATUS_HEADER] : undefined,
    // That of supertest is parsed; that of inject() is not.
    body: typeof received['payload'] === 'string' ? parsed(received['payload']) : received['body'],
    asked: askedOf(received),
  });
}

const ACCEPTED = 'a response of a health endpoint (of supertest, inject() or fetch), or a report';
const STATUS_HEADER = 'x-health-status';

async function readFetched(response: FetchResponse & { readonly url?: unknown }): Promise<HealthAnswer> {
  if (response.bodyUsed) {
    throw new TypeError('The body of the response has been read. Hand the response over before, or what was read.');
  }
  return readReceived({
    statusCode: response.status,
    status: response.headers.get(STATUS_HEADER),
    body: parsed(await response.clone().text()),
    asked: typeof response.url === 'string' && response.url !== '' ? new URL(response.url).pathname : undefined,
  });
}

function readReceived({ statusCode, status, body, asked }: Received): HealthAnswer {
  const record = isRecord(body) ? body : {};
  const shown = isHealthStatus(status) ? status : record['status'];
  if (!isHealthStatus(shown)) {
    throw new TypeError(
      `${asked ?? 'The request'} was answered with ${statusCode}, and not by a health endpoint: there is no X-Health-Status.`,
    );
  }
  return { ...readReport(shown, record), statusCode, ...(asked !== undefined && { asked }) };
}

function readReport(status: string, { reason, details, components }: Record<string, unknown>): HealthAnswer {
  const shown = isRecord(details)
    ? readDetails(details)
    : isRecord(components)
      ? readComponents(components)
      : undefined;
  return { status, ...(typeof reason === 'string' && { reason }), ...(shown && { details: shown }) };
}

/** Undefined where a format has other words for statuses, and fewer. */
function readDetails(details: Record<string, unknown>): Record<string, ShownDetail> | undefined {
  const entries = Object.entries(details);
  if (
    !entries.every((entry): entry is [string, ShownDetail] => isRecord(entry[1]) && isHealthStatus(entry[1]['status']))
  ) {
    return undefined;
  }
  return Object.fromEntries(entries);
}

/** The format `spring` has the words of an indicator among its details. */
function readComponents(components: Record<string, unknown>): Record<string, ShownDetail> | undefined {
  const flat = Object.entries(components).map(([name, component]) => {
    const { status, details } = isRecord(component) ? component : {};
    return [name, { ...(isRecord(details) ? details : {}), status }] as const;
  });
  return readDetails(Object.fromEntries(flat));
}

/** supertest keeps the request as `req`, `inject()` as `raw.req`. */
function askedOf({ req, raw }: Record<string, unknown>): string | undefined {
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
