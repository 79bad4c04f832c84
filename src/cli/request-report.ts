import type { IncomingMessage } from 'node:http';
import { readFileSync } from 'node:fs';
import type { HealthCheckDetail, HealthReport } from '../core/report.js';
import type { ReportStatus } from '../core/status.js';
import type { Target } from './target.js';

/** The report in a response. The view for the caller decides which properties it has. */
export type SeenReport = Pick<HealthReport, 'status'> &
  Partial<Pick<HealthReport, 'reason' | 'service_info' | 'timestamp'>> & {
    readonly details?: Readonly<Record<string, HealthCheckDetail>>;
  };

export interface RequestSettings {
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A file with further certificate authorities, for https. */
  readonly ca: string | undefined;
  /** Accept any certificate. */
  readonly isInsecure: boolean;
}

/** The result of one request: a report, or the problem that there is none. */
export interface Reply {
  readonly statusCode?: number;
  readonly report?: SeenReport;
  readonly problem?: string;
  /** Milliseconds. */
  readonly took: number;
}

const LONGEST_BODY = 8 << 20;
const STATUSES: readonly string[] = ['UP', 'DEGRADED', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN'] satisfies ReportStatus[];

interface Exchange {
  readonly statusCode: number;
  /** The header `X-Health-Status`, which every format of the library has. */
  readonly status: string | undefined;
  readonly body: string;
}

/** Requests a probe once. Never rejects: an error becomes the `problem` of the reply. */
export async function requestReport(target: Target, settings: RequestSettings): Promise<Reply> {
  const began = performance.now();
  const took = (): number => Math.round(performance.now() - began);
  try {
    const exchanged = await exchange(target, settings);
    const { statusCode } = exchanged;
    const report = reportIn(exchanged);
    if (report) return { statusCode, report, took: took() };
    return { statusCode, problem: problemOf(statusCode), took: took() };
  } catch (error) {
    return { problem: messageOf(error), took: took() };
  }
}

function problemOf(statusCode: number): string {
  if (statusCode === 401 || statusCode === 403) return 'access denied: give an API key with --key-file';
  if (statusCode === 404) return 'there is no such probe at this address';
  if (statusCode >= 300 && statusCode < 400) return 'a redirect, which is not followed: give the final URL';
  return 'the response is not a health report';
}

async function exchange(target: Target, settings: RequestSettings): Promise<Exchange> {
  const { url, socketPath } = target;
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const ca = settings.ca === undefined ? undefined : readFileSync(settings.ca);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      agent: false,
      headers: { accept: 'application/json', 'user-agent': 'nest-vitals-cli', ...settings.headers },
      ...(socketPath !== undefined && { socketPath }),
      ...(ca && { ca }),
      ...(settings.isInsecure && { rejectUnauthorized: false }),
    });
    const timer = setTimeout(() => over(new Error(`no response within ${settings.timeout} ms`)), settings.timeout);
    const over = (outcome: Error | Exchange): void => {
      clearTimeout(timer);
      sent.destroy();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    sent.on('error', over);
    sent.once('response', (response) => {
      const status = response.headers['x-health-status'];
      readBody(response).then(
        (body) =>
          over({ statusCode: response.statusCode ?? 0, status: typeof status === 'string' ? status : undefined, body }),
        over,
      );
    });
    sent.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new Error(`the response is longer than ${LONGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Every format has the status in the header; the default format also has it in the body. */
function reportIn({ status, body }: Exchange): SeenReport | undefined {
  const parsed = parsedObject(body);
  const named = status ?? parsed?.['status'];
  if (typeof named !== 'string' || !isReportStatus(named)) return undefined;
  const isDefaultFormat = parsed?.['status'] === named;
  return isDefaultFormat ? (parsed as unknown as SeenReport) : { status: named };
}

function parsedObject(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const isReportStatus = (text: string): text is ReportStatus => STATUSES.includes(text);

function messageOf(error: unknown): string {
  // A host name with several addresses fails once for each of them.
  const cause: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
