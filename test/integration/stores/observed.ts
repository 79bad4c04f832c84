import type { HealthStore } from 'nest-vitals/stores/memory';
import { onTestFinished, vi } from 'vitest';

/** Longer than a new connection takes on a busy machine. */
export const SOON = { timeout: 40_000, interval: 20 };

/** The notifications of an observer, in order, and the resulting entries. */
export interface Observed {
  readonly events: string[];
  readonly entries: Map<string, string>;
  isConnected: boolean;
  close(): void;
}

export function observe(store: HealthStore, prefix: string): Observed {
  const observed: Observed = { events: [], entries: new Map(), isConnected: false, close: () => undefined };
  const { events, entries } = observed;
  observed.close = store.watch(prefix, {
    connected: () => {
      events.push('connected');
      observed.isConnected = true;
    },
    disconnected: ({ message }) => {
      events.push(`disconnected: ${message}`);
      observed.isConnected = false;
    },
    snapshot: (all) => {
      events.push(`snapshot of ${all.size}`);
      entries.clear();
      for (const [key, value] of all) entries.set(key, value);
    },
    put: (key, value) => {
      events.push(`put ${key}`);
      entries.set(key, value);
    },
    removed: (key) => {
      events.push(`removed ${key}`);
      entries.delete(key);
    },
    failed: ({ message }) => events.push(`failed: ${message}`),
  });
  onTestFinished(() => observed.close());
  return observed;
}

/** Waits until the observer has a snapshot. */
export async function connected(observed: Observed): Promise<Observed> {
  await vi.waitUntil(() => observed.isConnected, SOON);
  return observed;
}
