import { expect, vi } from 'vitest';

/** What holds sockets, files and threads. Timers are not among them: the test runner has its own. */
const KINDS = /TCP|TLS|Pipe|UDP|DNS|GETADDRINFO|QUERY|FSREQ|ConnectWrap/i;

function held(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (KINDS.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Does something a thousand times, and expects it to leave no socket, request or handle behind. */
export async function expectNoLeak(work: () => Promise<unknown>): Promise<void> {
  const before = held();
  for (let batch = 0; batch < 50; batch += 1) await Promise.all(Array.from({ length: 20 }, work));
  const left = (): string[] =>
    [...held()].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind, count]) => `${count} ${kind}`);
  // A connection that was kept for the next request closes after some seconds.
  await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 20_000, interval: 50 });
}
