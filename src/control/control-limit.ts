import { tokenIn } from '../endpoints/api-keys.js';
import type { Quota, RateLimiter } from '../endpoints/rate-limit/rate-limiter.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { isFromOwnPage } from './forms/same-site.js';

/**
 * Counts a request that may be an operation, before its key is compared: one with a key, or a form of the health page.
 * A request without a key is refused anyway. A page of any other site can make a browser send one, and must not use up the
 * limit.
 */
export function countOperation(limiter: RateLimiter, request: HealthRequest, isForm: boolean): Quota | undefined {
  const mayOperate = isForm
    ? request.method === 'POST' && isFromOwnPage(request)
    : tokenIn(request.headers) !== undefined;
  return mayOperate ? limiter.count(request) : undefined;
}

/** Adds the headers of the rate limit. A 429 for wrong keys has the headers of its own limit. */
export function withQuota(response: EndpointResponse, { headers }: Quota): EndpointResponse {
  if (response.statusCode === 429) return response;
  return { ...response, headers: { ...headers, ...response.headers } };
}
