import type { HealthReport } from '../../core/report.js';
import { HealthCheckError } from '../../errors/health-check.error.js';

/** The report as JSON, without the data of indicators. */
export function channelMessage({ details, ...report }: HealthReport): string {
  const shown = Object.entries(details).map(([name, { data: _data, ...detail }]) => [name, detail]);
  return JSON.stringify({ ...report, details: Object.fromEntries(shown) });
}

/** Without a connection, a client would keep the message and send it later, when newer ones exist. */
export const notConnected = (): HealthCheckError =>
  new HealthCheckError('the client is not connected', { code: 'ENOTCONN' });
