import type { HealthReport } from 'nest-vitals';
import type { Response } from 'supertest';

/** The report in an answer, as far as its view shows it. */
export const reportIn = (response: Response): HealthReport => response.body as HealthReport;

/** The status of each indicator in an answer. */
export function statusesIn(response: Response): Record<string, string> {
  return Object.fromEntries(Object.entries(reportIn(response).details).map(([name, { status }]) => [name, status]));
}
