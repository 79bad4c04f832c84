import { elapsed } from '../core/moment.js';
import { show } from '../options/rules.js';
import { CollectionWatch } from './collection-watch.js';
import type { HealthStore, StoreLease, StoreObserver } from './health-store.js';
import { HeldLease } from './held-lease.js';
import type { BackendLease, StoreBackend } from './store-backend.js';
import { StoreCalls, limited } from './store-calls.js';
import { storeError } from './store-error.js';
import { checkPrefix, placeOf } from './store-key.js';
import { checkExpiry, checkValue } from './store-value.js';

/** The store with this backend. `timeout`: milliseconds that one operation may take. */
export function storeOf(backend: StoreBackend, timeout: number): HealthStore {
  const calls = new StoreCalls(timeout);
  const watches = new Map<string, CollectionWatch>();

  /** Rejects with a `HealthCheckError`, or with the reason of the caller's signal. */
  async function run<T>(
    task: string,
    signal: AbortSignal | undefined,
    begin: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await calls.call(signal, begin);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw storeError(backend.name, task, backend.explain?.(error) ?? error);
    }
  }

  /** A lease that is granted after the caller has given up would block every other owner until it expires. */
  function releaseIfLate(claim: Promise<BackendLease | undefined>, abandoned: AbortSignal): void {
    const release = async (): Promise<void> => {
      const lease = await claim;
      if (lease && abandoned.aborted) await limited(timeout, undefined, (signal) => lease.release(signal));
    };
    release().catch(() => undefined);
  }

  return {
    name: backend.name,

    get isUnconnected() {
      return backend.isUnconnected === true;
    },

    async put(key, value, { expiresIn, signal } = {}) {
      await run(`put(${show(key)})`, signal, async (abandoned) => {
        const place = placeOf(key);
        checkValue(value);
        if (expiresIn !== undefined) checkExpiry(expiresIn);
        await backend.put({ ...place, value, expiresIn }, abandoned);
      });
    },

    async remove(key, { signal } = {}) {
      await run(`remove(${show(key)})`, signal, async (abandoned) => backend.remove(placeOf(key), abandoned));
    },

    watch(prefix: string, observer: StoreObserver): () => void {
      const { collection, name } = checkPrefix(`watch() of ${backend.name}`, prefix);
      const watch = watches.get(collection) ?? new CollectionWatch(backend, collection);
      watches.set(collection, watch);
      const remove = watch.add(name, observer);
      return () => {
        remove();
        if (!watch.isUnused || watches.get(collection) !== watch) return;
        watches.delete(collection);
        watch.close();
      };
    },

    async claim(key, owner, { expiresIn, signal }): Promise<StoreLease | undefined> {
      return run(`claim(${show(key)})`, signal, async (abandoned) => {
        const place = placeOf(key);
        checkValue(owner);
        checkExpiry(expiresIn);
        const terms = { key, owner, expiresIn: Math.max(expiresIn, backend.shortestLease ?? 0), timeout };
        const sentAt = elapsed();
        const claim = backend.claim(place, owner, terms.expiresIn, abandoned);
        releaseIfLate(claim, abandoned);
        const lease = await claim;
        return lease && !abandoned.aborted ? new HeldLease(backend, lease, terms, sentAt) : undefined;
      });
    },
  };
}
