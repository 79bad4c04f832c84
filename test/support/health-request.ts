import type { HealthRequest } from '../../src/options/health-module-options.js';

/** A GET of the given URL, as an adapter passes it on. */
export const healthRequest = (url = '/health', headers: HealthRequest['headers'] = {}): HealthRequest => ({
  method: 'GET',
  url,
  headers,
});
