import type { HealthCheckDetail, HealthReport } from '../core/report.js';
import { isRecord } from '../core/is-record.js';
import { type ReportStatus, isHealthStatus } from '../core/status.js';
import { type ReceivedResponse, type RequestSettings, sendRequest, messageOf } from './http-request.js';
import type { ProbeAddress } from './probe-address.js';

/** The report in a response. The view for the caller decides which properties it has. */
export type ReceivedReport = Pick<HealthReport, 'status'> &
  Partial<Pick<HealthReport, 'reason' | 'service_info' | 'timestamp'>> & {
    readonly details?: Readonly<Record<string, HealthCheckDetail>>;
  };

/** The response to one request: a report, or the reason why there is none. */
export interface ProbeResponse {
  readonly statusCode?: number;
  readonly report?: ReceivedReport;
  readonly problem?: string;
  /** Milliseconds. */
  readonly took: number;
}

const STATUSES: readonly string[] = ['UP', 'DEGRADED', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN'] satisfies ReportStatus[];

/** Requests a probe once. Never rejects: an error becomes the `problem` of the response. */
export async function requestReport(address: ProbeAddress, settings: RequestSettings): Promise<ProbeResponse> {
  const began = performance.now();
  const took = (): number => Math.round(performance.now() - began);
  try {
    const received = await sendRequest(address, settings);
    const { statusCode } = received;
    const report = reportIn(received);
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

/** Each format has the status in the header. The default format also has it in the body. */
function reportIn({ status, body }: ReceivedResponse): ReceivedReport | undefined {
  const parsed = parsedObject(body);
  const named = status ?? parsed?.['status'];
  if (typeof named !== 'string' || !isReportStatus(named)) return undefined;
  const isDefaultFormat = parsed?.['status'] === named && areDetails(parsed['details']);
  return isDefaultFormat ? (parsed as unknown as ReceivedReport) : { status: named };
}

/** Another server may respond with anything. Malformed details are left out, and the status still counts. */
function areDetails(details: unknown): boolean {
  return details === undefined || (isRecord(details) && Object.values(details).every(isDetail));
}

function isDetail(detail: unknown): boolean {
  if (!isRecord(detail) || !isHealthStatus(detail['status'])) return false;
  const { response_time_ms: took, details: parts } = detail;
  return (took === undefined || typeof took === 'number') && areDetails(parts);
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
