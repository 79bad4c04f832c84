import { tokenIn } from '../endpoints/api-keys.js';
import type { Quota, RateLimiter } from '../endpoints/rate-limit/rate-limiter.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { isFromOwnPage } from './forms/same-site.js';

/**
 * Counts a request that may be an operation, before its key is compared: one with a key, or a form of our own page. A
 * request without a key is refused anyway. A browser sends it for any other site, which must not use up the limit.
 */
export function countOperation(limiter: RateLimiter, request: HealthRequest, isForm: boolean): Quota | undefined {
  const mayOperate = isForm
    ? request.method === 'POST' && isFromOwnPage(request)
    : tokenIn(request.headers) !== undefined;
  return mayOperate ? limiter.count(request) : undefined;
}

/** Adds what is left of the limit. A 429 for wrong keys describes its own limit. */
export function withQuota(response: EndpointResponse, { headers }: Quota): EndpointResponse {
  if (response.statusCode === 429) return response;
  return { ...response, headers: { ...headers, ...response.headers } };
}
