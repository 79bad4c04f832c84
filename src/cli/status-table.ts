import { flatDetails } from '../core/composite-detail.js';
import type { HealthCheckDetail } from '../core/report.js';
import type { HealthStatus } from '../core/status.js';
import type { ProbeResponse } from './request-report.js';
import { type Terminal, coloured, printable } from './terminal.js';

/** One address and its response. */
export interface AddressResponse {
  readonly url: URL;
  readonly response: ProbeResponse;
}

interface Row {
  readonly name: string;
  readonly status: HealthStatus;
  readonly time: string;
  readonly text: string;
}

const LONGEST_TEXT = 100;

/** The reports of several addresses, one block for each: a line for the application and a line for each indicator. */
export function statusTable(
  responses: readonly AddressResponse[],
  terminal: Pick<Terminal, 'hasColours'>,
  now: number,
): string {
  const blocks = responses.map((one) => rowsOf(one, now));
  const rows = blocks.flat();
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const statusWidth = Math.max(...rows.map(({ status }) => status.length));
  const timeWidth = Math.max(...rows.map(({ time }) => time.length));
  const line = ({ name, status, time, text }: Row): string =>
    `${name.padEnd(nameWidth)}  ${coloured(status.padEnd(statusWidth), status, terminal)}  ${time.padStart(timeWidth)}  ${text}`.trimEnd();
  return blocks.map((block) => block.map(line).join('\n')).join('\n\n');
}

function rowsOf({ url, response }: AddressResponse, now: number): Row[] {
  const { report, took, problem } = response;
  const address = `${url.origin}${url.pathname}`;
  const time = `${took} ms`;
  if (!report) {
    const code = response.statusCode === undefined ? '' : `${response.statusCode}: `;
    return [{ name: address, status: 'UNKNOWN', time, text: shorten(`${code}${problem}`) }];
  }
  const { name, version } = report.service_info ?? {};
  const title = [name, version]
    .filter((part) => part !== undefined)
    .map(printable)
    .join(' ');
  const head: Row = {
    name: title || address,
    status: report.status,
    time,
    text: shorten([...(title ? [address] : []), ...(report.reason === undefined ? [] : [report.reason])].join(', ')),
  };
  return [head, ...[...flatDetails(report.details ?? {})].map(([indicator, detail]) => rowOf(indicator, detail, now))];
}

function rowOf(name: string, detail: HealthCheckDetail, now: number): Row {
  const { status, error, message, response_time_ms: took, since } = detail;
  const age = since === undefined ? undefined : now - Date.parse(since);
  const parts = [error ?? message, age === undefined || Number.isNaN(age) ? undefined : `for ${duration(age)}`];
  return {
    name: `  ${printable(name)}`,
    status,
    time: took === undefined ? '' : `${took} ms`,
    text: shorten(parts.filter((part) => part !== undefined).join(', ')),
  };
}

const shorten = (text: string): string => {
  const line = printable(text);
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 1)}…` : line;
};

/** In the largest whole unit: `8 s`, `3 min`, `5 h`, `2 d`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
