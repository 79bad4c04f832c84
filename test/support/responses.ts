import type { HealthReport } from 'nest-vitals';
import type { Response } from 'supertest';

/** The part of a report that a response shows. */
export const reportIn = (response: Response): HealthReport => response.body as HealthReport;

/** The status of each indicator in a response. */
export function statusesIn(response: Response): Record<string, string> {
  return Object.fromEntries(Object.entries(reportIn(response).details).map(([name, { status }]) => [name, status]));
}
