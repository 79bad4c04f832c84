import type { StoreObserver } from '../../stores/health-store.js';

/** An observer that passes entries to `observer`, and changes of the connection to `connection`. */
export function connectionObserver(
  observer: StoreObserver,
  connection: Required<Pick<StoreObserver, 'connected' | 'disconnected'>>,
): StoreObserver {
  return {
    snapshot: (entries) => observer.snapshot(entries),
    put: (key, value) => observer.put(key, value),
    removed: (key) => observer.removed(key),
    failed: (error) => observer.failed?.(error),
    ignored: (entries) => observer.ignored?.(entries),
    trusts: (key, value) => observer.trusts?.(key, value) ?? true,
    ...connection,
  };
}
