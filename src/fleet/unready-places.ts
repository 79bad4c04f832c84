import { elapsed } from '../core/moment.js';
import type { HealthStore, StoreLease } from '../stores/health-store.js';
import { storeKey } from '../stores/store-key.js';

/** Milliseconds. A place is given up when the store could not renew it for so long. */
export const PLACE_LASTS = 10_000;
/**
 * Milliseconds for which a place is held before it is used. Meanwhile an earlier holder that has lost the place finds that at its
 * next renewal, and balancers find that an earlier holder is ready again.
 */
export const PLACE_SETTLES = 5000;
/** The most claims of one attempt. */
const MOST_CLAIMS = 3;
/** Milliseconds between two attempts. A random part of it keeps instances from acting at the same time. */
const ATTEMPT_PAUSE = 2000;

export interface PlaceSettings {
  readonly store: Pick<HealthStore, 'claim'>;
  readonly collection: string;
  readonly service: string;
  readonly instance: string;
}

interface Held {
  readonly index: number;
  readonly lease: StoreLease;
  readonly since: number;
}

/**
 * The places of the unready instances of a service: leases in the store, numbered from 0. An instance holds one of them at most.
 * Leases exclude each other in the store itself, so this needs no news of the other instances.
 */
export class UnreadyPlaces {
  readonly #settings: PlaceSettings;
  #held: Held | undefined;
  #isWanted = false;
  #isClaiming = false;
  #claimsNotBefore = -Infinity;
  /** The next place to try. Undefined: none was tried so far. */
  #next: number | undefined;

  constructor(settings: PlaceSettings) {
    this.#settings = settings;
  }

  /** The place of this instance at this moment. */
  get held(): { readonly index: number; readonly isSettled: boolean } | undefined {
    if (!this.#held?.lease.isHeld) return undefined;
    const { index, since } = this.#held;
    return { index, isSettled: elapsed() - since >= PLACE_SETTLES };
  }

  /** Claims one of the first `count` places in the background, beginning with `first`, unless the last attempt was a moment ago. */
  seek(count: number, first: number): void {
    this.#isWanted = true;
    if (this.#isClaiming || elapsed() < this.#claimsNotBefore) return;
    this.#isClaiming = true;
    void this.#claim(count, first).finally(() => {
      this.#isClaiming = false;
      this.#claimsNotBefore = elapsed() + ATTEMPT_PAUSE * (1 + Math.random());
    });
  }

  /** Gives the place back, so that another instance can take it at once. */
  giveBack(): void {
    this.#isWanted = false;
    this.#next = undefined;
    void this.#held?.lease.release();
    this.#held = undefined;
  }

  async #claim(count: number, first: number): Promise<void> {
    const { store, collection, service, instance } = this.#settings;
    for (let claims = 0; claims < Math.min(MOST_CLAIMS, count) && this.#isWanted; claims += 1) {
      const index = (this.#next ?? first) % count;
      // If the news were incomplete, many instances have tried the same place. They must not follow each other.
      this.#next = this.#next === undefined ? Math.floor(Math.random() * count) : index + 1;
      const key = storeKey(collection, service, String(index));
      try {
        const lease = await store.claim(key, instance, { expiresIn: PLACE_LASTS });
        if (!lease) continue;
        if (this.#isWanted) this.#held = { index, lease, since: elapsed() };
        else await lease.release();
      } catch {
        // The store is unavailable. The instance stays in rotation.
      }
      return;
    }
  }
}
