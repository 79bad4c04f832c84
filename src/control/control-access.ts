import type { LoggerService } from '@nestjs/common';
import { withTimeout } from '../core/async.js';
import { formatRaw } from '../core/raw-error.js';
import { ApiKeys, tokenIn } from '../endpoints/api-keys.js';
import type { Quota, RateLimiter } from '../endpoints/rate-limit/rate-limiter.js';
import { omittedFaults, rateLimited } from '../logging/rate-limited.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { type ControlSettings, isName } from './control-options.js';

/** Milliseconds. The longest time of a call of `authorize`. */
const AUTHORIZE_TIMEOUT = 5000;

/** A caller that may control, or the reason that it may not. */
export type ControlCaller =
  | { readonly kind: 'authenticated'; readonly name: string }
  | { readonly kind: 'unauthenticated' }
  /** Its address has sent too many wrong keys, so the key was not compared. */
  | { readonly kind: 'limited'; readonly quota: Quota };

const UNAUTHENTICATED: ControlCaller = { kind: 'unauthenticated' };

/**
 * Authenticates the callers that may control. It reads only headers that no browser adds by itself to a request of another
 * site: neither cookies nor HTTP Basic. A request without such a header is refused before `authorize` is called.
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
    return key === undefined ? UNAUTHENTICATED : this.callerWith(key, request);
  }

  /** `key`: the key in the request. `authorize` receives it in the headers, also if it was in the body. */
  async callerWith(key: string, request: HealthRequest): Promise<ControlCaller> {
    const limiter = this.#failedKeys;
    // A correct key is not accepted either: otherwise the response would still reveal which key is correct.
    const quota = limiter?.count(request, 0);
    if (quota?.isExceeded) return { kind: 'limited', quota };
    const owner = this.#keys.find(key);
    if (owner !== undefined) return { kind: 'authenticated', name: owner };
    // Counted before `authorize` returns, because the caller could try many keys in that time.
    limiter?.count(request);
    const name = await this.#authorizedName(tokenIn(request.headers) === key ? request : withKey(request, key));
    if (name === undefined) return UNAUTHENTICATED;
    limiter?.count(request, -1);
    return { kind: 'authenticated', name };
  }

  async #authorizedName(request: HealthRequest): Promise<string | undefined> {
    if (!this.#authorize) return undefined;
    try {
      const name: unknown = await withTimeout(Promise.resolve(this.#authorize(request)), {
        milliseconds: AUTHORIZE_TIMEOUT,
        error: () => new Error(`authorize took longer than ${AUTHORIZE_TIMEOUT} ms`),
      });
      if (name === undefined || name === null || name === false) return undefined;
      if (isName(name)) return name;
      throw new TypeError('authorize must return the name of the caller, of 1 to 100 characters, or undefined');
    } catch (fault) {
      this.#onFault(fault);
      return undefined;
    }
  }
}

/** The same request with the key in both headers. It inherits all other properties, also getters of the adapter. */
function withKey(request: HealthRequest, key: string): HealthRequest {
  const headers = { ...request.headers, 'x-health-key': key, authorization: `Bearer ${key}` };
  return Object.create(request, { headers: { value: headers, enumerable: true } }) as HealthRequest;
}
