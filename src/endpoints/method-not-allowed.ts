import { BASE_HEADERS, type HealthResponse, finishResponse, mergeHeaders } from './health-response.js';

/** The response to a method that a path does not have. `allow`: those that it has. `headers`: the additional ones of every response. */
export function methodNotAllowed(allow: string, headers?: Readonly<Record<string, string>>): HealthResponse {
  return finishResponse(405, mergeHeaders(BASE_HEADERS, headers, { allow }), { error: 'method not allowed' });
}
