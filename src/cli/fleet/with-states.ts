import type { StoreObserver } from '../../stores/health-store.js';

/** An observer that receives entries as `observer` does. The changes of the connection go to `states`, which passes them on. */
export function withStates(
  observer: StoreObserver,
  states: Required<Pick<StoreObserver, 'connected' | 'disconnected'>>,
): StoreObserver {
  return {
    snapshot: (entries) => observer.snapshot(entries),
    put: (key, value) => observer.put(key, value),
    removed: (key) => observer.removed(key),
    failed: (error) => observer.failed?.(error),
    ignored: (entries) => observer.ignored?.(entries),
    trusts: (key, value) => observer.trusts?.(key, value) ?? true,
    ...states,
  };
}
