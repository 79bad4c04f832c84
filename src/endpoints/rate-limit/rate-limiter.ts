import { elapsed } from '../../core/moment.js';
import type { HealthRequest } from '../../options/health-module-options.js';
import type { LimitSettings } from '../../options/health-settings.js';
import { callerAddress } from './caller-address.js';

/** The greatest number of addresses of one generation. There are two, with about 200 bytes for each address. */
const MOST_ADDRESSES = 10_000;
/** Milliseconds: the rounding error of a sum of many times. */
const ROUNDING = 0.05;
const SECOND = 1000;

/** Remaining quota of one address. */
export interface Quota {
  readonly isExceeded: boolean;
  /**
   * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), and `Retry-After` if the limit is
   * exceeded. Names in lower case.
   */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Limits the requests of each address: `requests` at once, then one each `window / requests` (the generic cell rate
 * algorithm). It stores one number for each address, in bounded memory, and needs no timer. An address that is displaced by
 * many others begins with a full quota again.
 */
export class RateLimiter {
  readonly #name: string;
  readonly #settings: LimitSettings;
  readonly #onExceeded: (address: string) => void;
  /** The time at which the quota of each address is full again. The older generation is dropped when the recent one is full. */
  #recent = new Map<string, number>();
  #older: ReadonlyMap<string, number> = this.#recent;

  /** `name`: the name of the policy in the header fields. `onExceeded`: called for each request that exceeds the limit. */
  constructor(name: string, settings: LimitSettings, onExceeded: (address: string) => void = () => undefined) {
    this.#name = name;
    this.#settings = settings;
    this.#onExceeded = onExceeded;
  }

  /** Whether no request has been counted yet. */
  get isUnused(): boolean {
    return this.#recent.size === 0;
  }

  /** Counts a request, unless it exceeds the limit. `times`: 0 counts nothing, -1 subtracts a counted request. */
  count(request: HealthRequest, times: 1 | 0 | -1 = 1): Quota {
    const { requests, window } = this.#settings;
    const address = callerAddress(request);
    const now = elapsed();
    const cost = window / requests;
    const leftOf = (used: number): number => Math.floor((window - used + ROUNDING) / cost);
    let used = Math.max(0, (this.#recent.get(address) ?? this.#older.get(address) ?? 0) - now);
    const isExceeded = leftOf(used) < 1;
    if (isExceeded && times >= 0) this.#onExceeded(address);
    else {
      used = Math.max(0, used + times * cost);
      this.#store(address, now + used);
    }
    const left = leftOf(used);
    const seconds = Math.ceil((used + (left + 1) * cost - window) / SECOND);
    return {
      isExceeded,
      headers: {
        'ratelimit-policy': `"${this.#name}";q=${requests};w=${Math.ceil(window / SECOND)}`,
        ratelimit: `"${this.#name}";r=${left};t=${seconds}`,
        ...(isExceeded && { 'retry-after': String(seconds) }),
      },
    };
  }

  #store(address: string, fullAt: number): void {
    if (this.#recent.size >= MOST_ADDRESSES && !this.#recent.has(address)) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(address, fullAt);
  }
}
