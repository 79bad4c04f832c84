import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthDashboardOptions } from './dashboard-options.js';

export const PAGE = 'dashboard';
export const EVENTS = 'events';
export const FORMAT = { name: 'html', mediaType: 'text/html' } as const;

/**
 * Tells the OpenAPI document of the application what there is going to be. It is before the options are checked: whatever
 * is wrong with them is told later.
 */
export function describeDashboard(
  endpoints: HealthEndpoints,
  options: HealthDashboardOptions | null | undefined,
): void {
  endpoints.describeFormat(FORMAT);
  endpoints.describe({
    name: PAGE,
    access: 'deep',
    summary: 'A page of the health, for people',
    description: 'As the probe "deep" in a browser.',
    answers: [{ statusCode: 200, description: 'The page', mediaTypes: [FORMAT.mediaType] }],
  });
  if (options?.events === false) return;
  endpoints.describe({
    name: EVENTS,
    access: 'deep',
    summary: 'What changes on the page',
    description: 'Server-sent events, as long as the page is open.',
    answers: [
      { statusCode: 200, description: 'The stream', mediaTypes: ['text/event-stream'] },
      { statusCode: 503, description: 'Too many pages are open, or the application stops', mediaTypes: ['text/plain'] },
    ],
  });
}
