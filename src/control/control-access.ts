import type { LoggerService } from '@nestjs/common';
import { withTimeout } from '../core/async.js';
import { formatRaw } from '../core/raw-error.js';
import { ApiKeys, tokenIn } from '../endpoints/api-keys.js';
import type { Quota, RateLimiter } from '../endpoints/rate-limit/rate-limiter.js';
import { omittedFaults, rateLimited } from '../logging/rate-limited.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { type ControlSettings, isName } from './control-options.js';

/** Milliseconds for `authorize`. */
const LIMIT = 5000;

/** A caller that may control, or the reason that it may not. */
export type ControlCaller =
  | { readonly kind: 'known'; readonly name: string }
  | { readonly kind: 'unknown' }
  /** Its address has sent too many wrong keys, so the key was not compared. */
  | { readonly kind: 'slowed'; readonly quota: Quota };

const UNKNOWN: ControlCaller = { kind: 'unknown' };

/**
 * Names the callers that may control. Only headers count that no browser adds by itself to the request of another site:
 * neither cookies nor HTTP Basic. A request without such a header is refused before `authorize` is called.
 */
export class ControlAccess {
  readonly #keys: ApiKeys<string>;
  readonly #authorize: ControlSettings['authorize'];
  readonly #failedKeys: RateLimiter | undefined;
  readonly #onFault: (fault: unknown) => void;

  /** `failedKeys`: undefined, wrong keys are not limited. */
  constructor(
    { keys, authorize }: Pick<ControlSettings, 'keys' | 'authorize'>,
    failedKeys: RateLimiter | undefined,
    logger: Pick<LoggerService, 'error'>,
  ) {
    this.#keys = new ApiKeys(keys);
    this.#authorize = authorize;
    this.#failedKeys = failedKeys;
    this.#onFault = rateLimited((fault, omitted) => {
      logger.error(
        `authorize of HealthControlModule failed, control denied${omittedFaults(omitted)}:\n${formatRaw(fault)}`,
      );
    });
  }

  async callerOf(request: HealthRequest): Promise<ControlCaller> {
    const key = tokenIn(request.headers);
    return key === undefined ? UNKNOWN : this.callerWith(key, request);
  }

  /** `key`: as the request has sent it. `authorize` receives it in the headers, wherever the request had it. */
  async callerWith(key: string, request: HealthRequest): Promise<ControlCaller> {
    const limiter = this.#failedKeys;
    // A correct key is not accepted either: otherwise the response would still reveal which key is correct.
    const quota = limiter?.count(request, 0);
    if (quota?.isExceeded) return { kind: 'slowed', quota };
    const owner = this.#keys.find(key);
    if (owner !== undefined) return { kind: 'known', name: owner };
    // Counted before `authorize` decides: meanwhile the caller could try many keys.
    limiter?.count(request);
    const name = await this.#decisionOf(tokenIn(request.headers) === key ? request : withKey(request, key));
    if (name === undefined) return UNKNOWN;
    limiter?.count(request, -1);
    return { kind: 'known', name };
  }

  async #decisionOf(request: HealthRequest): Promise<string | undefined> {
    if (!this.#authorize) return undefined;
    try {
      const decision: unknown = await withTimeout(Promise.resolve(this.#authorize(request)), {
        milliseconds: LIMIT,
        error: () => new Error(`authorize took longer than ${LIMIT} ms`),
      });
      if (decision === undefined || decision === null || decision === false) return undefined;
      if (isName(decision)) return decision;
      throw new TypeError('authorize must return the name of the caller, of 1 to 100 characters, or undefined');
    } catch (fault) {
      this.#onFault(fault);
      return undefined;
    }
  }
}

/** The same request with the key in both headers. It inherits the rest, also what the adapter computes when it is read. */
function withKey(request: HealthRequest, key: string): HealthRequest {
  const headers = { ...request.headers, 'x-health-key': key, authorization: `Bearer ${key}` };
  return Object.create(request, { headers: { value: headers, enumerable: true } }) as HealthRequest;
}
