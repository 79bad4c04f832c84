import { expect, vi } from 'vitest';

/**
 * Active resources that hold sockets, files and threads. Timers are excluded, because the test runner has its own
 * timers.
 */
const KINDS = /TCP|TLS|Pipe|UDP|DNS|GETADDRINFO|QUERY|FSREQ|ConnectWrap/i;

function held(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (KINDS.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Runs a function a thousand times, and expects that no socket, request or handle remains. */
export async function expectNoLeak(work: () => Promise<unknown>): Promise<void> {
  const before = held();
  for (let batch = 0; batch < 50; batch += 1) await Promise.all(Array.from({ length: 20 }, work));
  const left = (): string[] =>
    [...held()].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind, count]) => `${count} ${kind}`);
  // A connection that is kept for the next request closes after some seconds.
  await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 20_000, interval: 50 });
}
