import { describe, expect, it, vi } from 'vitest';
import { withConnectionMessages } from '../../../src/cli/fleet/connection-messages.js';
import { HealthCheckError } from '../../../src/errors/health-check.error.js';
import type { StoreObserver } from '../../../src/stores/health-store.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

const AWAY = 'nest-vitals: Redis is unavailable; the page shows the last known data: refused\n';
const BACK = 'nest-vitals: Redis responds again\n';

describe('withConnectionMessages()', () => {
  useFakeClock();

  const setUp = () => {
    const lines: string[] = [];
    let source: StoreObserver | undefined;
    const store = withConnectionMessages(
      { name: 'Redis', watch: (_prefix, observer) => ((source = observer), () => undefined) },
      { writeError: (text) => void lines.push(text) },
    );
    const stop = store.watch('fleet/', { snapshot: () => undefined, put: () => undefined, removed: () => undefined });
    return {
      lines,
      stop,
      connect: () => source?.connected?.(),
      lose: (text = 'refused') => source?.disconnected?.(new HealthCheckError(text)),
    };
  };

  it('prints nothing while the first connection is being made', async () => {
    const { lines, connect, lose } = setUp();
    lose('connecting');
    await advance(1900);
    connect();
    await advance(5000);
    expect(lines).toStrictEqual([]);
  });

  it('prints once that the store is unavailable at the start, with the latest reason, and that it is available again', async () => {
    const { lines, connect, lose } = setUp();
    lose('connecting');
    await advance(1900);
    lose();
    await advance(100);
    lose('another reason');
    expect(lines).toStrictEqual([AWAY]);
    connect();
    connect();
    expect(lines).toStrictEqual([AWAY, BACK]);
  });

  it('prints at once that a connection is lost', () => {
    const { lines, connect, lose } = setUp();
    connect();
    lose();
    connect();
    expect(lines).toStrictEqual([AWAY, BACK]);
  });

  it('leaves no timer', () => {
    const { stop, lose } = setUp();
    lose();
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
