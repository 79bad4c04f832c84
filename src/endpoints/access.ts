import { withTimeout } from '../core/async.js';
import { GRACE } from '../core/loop-timer.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { AccessSettings } from '../options/health-settings.js';
import { type HealthView, VIEWS } from '../options/view.js';
import { ApiKeys, tokenIn } from './api-keys.js';
import type { Quota, RateLimiter } from './rate-limit/rate-limiter.js';

/** Authenticates callers, by API key or by the `authorize` function. Every error leaves the caller unauthenticated. */
export class Access {
  readonly #authorize: AccessSettings['authorize'];
  readonly #keys: ApiKeys<true>;
  readonly #onFault: (fault: unknown) => void;
  readonly #failedKeys: RateLimiter | undefined;
  /** The requests whose key was not compared, because their address has sent too many wrong keys. */
  readonly #slowed = new WeakMap<HealthRequest, Quota>();

  /** `onFault` receives the errors of `authorize`. `failedKeys`: undefined, wrong keys are not limited. */
  constructor(settings: AccessSettings, onFault: (fault: unknown) => void, failedKeys?: RateLimiter) {
    this.#authorize = settings.authorize;
    this.#keys = new ApiKeys(settings.apiKeys.map((key) => [key, true]));
    this.#onFault = onFault;
    this.#failedKeys = failedKeys;
  }

  /** Whether there are API keys. Only then can a browser authenticate with a password. */
  get hasKeys(): boolean {
    return !this.#keys.isEmpty;
  }

  /** The view for a caller. Undefined: the caller is unauthenticated. `timeout`: the milliseconds for `authorize`. */
  async viewFor(request: HealthRequest, timeout: number): Promise<HealthView | undefined> {
    const key = this.hasKeys ? keyIn(request) : undefined;
    const wasCompared = key !== undefined && !this.#isSlowed(request);
    if (wasCompared) {
      if (this.#keys.find(key) !== undefined) return 'full';
      // Counted before `authorize` decides, because the caller could try many keys in the meantime.
      this.#failedKeys?.count(request);
    }
    if (!this.#authorize) return undefined;
    try {
      const view = viewOf(await decisionWithin(timeout, this.#authorize(request)));
      // The key was a credential for `authorize`, and not a wrong key.
      if (view !== undefined && wasCompared) this.#failedKeys?.count(request, -1);
      return view;
    } catch (fault) {
      this.#onFault(fault);
      return undefined;
    }
  }

  /** The quota of a request whose key was not compared, after `viewFor`. */
  slowedBy(request: HealthRequest): Quota | undefined {
    return this.#slowed.get(request);
  }

  /** A correct key is not accepted either: otherwise the response would still reveal which key is correct. */
  #isSlowed(request: HealthRequest): boolean {
    if (this.#failedKeys === undefined || this.#failedKeys.isUnused) return false;
    const quota = this.#failedKeys.count(request, 0);
    if (quota.isExceeded) this.#slowed.set(request, quota);
    return quota.isExceeded;
  }
}

function decisionWithin(timeout: number, decision: unknown): Promise<unknown> {
  return withTimeout(Promise.resolve(decision), {
    milliseconds: timeout,
    error: () => new Error(`authorize took longer than ${timeout} ms`),
    grace: GRACE,
  });
}

function viewOf(decision: unknown): HealthView | undefined {
  return decision === true ? 'full' : VIEWS.find((view) => view === decision);
}

function keyIn({ headers }: HealthRequest): string | undefined {
  const { authorization } = headers;
  return tokenIn(headers) ?? (typeof authorization === 'string' ? basicPassword(authorization) : undefined);
}

/** The password of HTTP Basic, which browsers send (RFC 7617). The user name ends at the first colon and is ignored. */
function basicPassword(authorization: string): string | undefined {
  const credentials = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1];
  return credentials === undefined
    ? undefined
    : /:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('latin1'))?.[1];
}
