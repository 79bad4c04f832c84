import { flatDetails } from '../core/composite-detail.js';
import { isFailing } from '../core/status.js';
import type { ProbeResponse, ReceivedReport } from './request-report.js';
import { printable } from './terminal.js';

/** The result of one check, as printed. */
export interface Verdict {
  readonly exitCode: number;
  readonly line: string;
}

/**
 * Exit code 0 for a health report with the status code 200, 1 for everything else. Docker reserves 2 for itself, so no
 * other code is used.
 */
export function verdictOf(probe: string, response: ProbeResponse): Verdict {
  const { statusCode, report, problem, took } = response;
  const code = statusCode === undefined ? '' : ` ${statusCode}`;
  if (!report)
    return { exitCode: 1, line: `${probe}: no health report (${code.trim() || 'no response'}): ${printable(problem)}` };
  const failures = failuresOf(report);
  return {
    exitCode: statusCode === 200 ? 0 : 1,
    line: `${probe} is ${report.status} (${statusCode}, ${took} ms)${failures.length > 0 ? `: ${failures.join('; ')}` : ''}`,
  };
}

const NAGIOS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

/**
 * The plugin interface of Nagios: 0 for UP, 1 for DEGRADED, 2 for a failing status or no response. The performance data are
 * after the bar (Nagios Plugins Development Guidelines).
 */
export function nagiosVerdict(probe: string, response: ProbeResponse): Verdict {
  const { report, statusCode, problem, took } = response;
  const exitCode = nagiosCode(response);
  const text = report
    ? [`${probe} is ${report.status}`, ...failuresOf(report)].join('; ')
    : `${probe}: ${statusCode === undefined ? '' : `${statusCode}, `}${printable(problem)}`;
  // The bar separates the text from the performance data.
  return {
    exitCode,
    line: `HEALTH ${NAGIOS[exitCode]} - ${text.replaceAll('|', '/')} | ${performanceData(took, report)}`,
  };
}

function nagiosCode({ report, statusCode }: ProbeResponse): 0 | 1 | 2 {
  if (!report || isFailing(report.status)) return 2;
  if (report.status === 'DEGRADED') return 1;
  return statusCode === 200 ? 0 : 2;
}

function performanceData(took: number, report: ReceivedReport | undefined): string {
  const times = [...flatDetails(report?.details ?? {})].flatMap(([name, { response_time_ms: time }]) =>
    typeof time === 'number' ? [`'${printable(name).replaceAll(/['=]/g, '_')}'=${time}ms`] : [],
  );
  return [`time=${took}ms`, ...times].join(' ');
}

/** The reason of the application, and each indicator that is neither UP nor SKIPPED. */
export function failuresOf({ reason, details }: ReceivedReport): string[] {
  const found = [...flatDetails(details ?? {})].flatMap(([name, { status, error, message }]) => {
    if (status === 'UP' || status === 'SKIPPED') return [];
    const why = error ?? message;
    return [printable(`${name} ${status}${why === undefined ? '' : ` (${why})`}`)];
  });
  return reason === undefined ? found : [printable(reason), ...found];
}
