import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthDashboardOptions } from './dashboard-options.js';

export const PAGE = 'dashboard';
export const EVENTS = 'events';
export const FORMAT = { name: 'html', mediaType: 'text/html' } as const;

/**
 * Describes the endpoints of the page for the OpenAPI document of the application. It runs before the options are
 * validated, so it accepts invalid ones.
 */
export function describeDashboard(
  endpoints: HealthEndpoints,
  options: HealthDashboardOptions | null | undefined,
): void {
  endpoints.describeFormat(FORMAT);
  endpoints.describe({
    name: PAGE,
    access: 'deep',
    summary: 'Health page',
    description: 'The report of the probe "deep" as a page for browsers.',
    responses: [{ statusCode: 200, description: 'The page', mediaTypes: [FORMAT.mediaType] }],
  });
  if (options?.events === false) return;
  endpoints.describe({
    name: EVENTS,
    access: 'deep',
    summary: 'Updates of the health page',
    description: 'Stream of server-sent events.',
    responses: [
      { statusCode: 200, description: 'The stream', mediaTypes: ['text/event-stream'] },
      {
        statusCode: 503,
        description: 'Too many pages are open, or the application is shutting down',
        mediaTypes: ['text/plain'],
      },
    ],
  });
}
