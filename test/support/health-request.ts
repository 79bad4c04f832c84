import type { HealthRequest } from '../../src/options/health-module-options.js';

/** A GET of the given URL, in the form in which an adapter passes it to the library. */
export const healthRequest = (url = '/health', headers: HealthRequest['headers'] = {}): HealthRequest => ({
  method: 'GET',
  url,
  headers,
});
