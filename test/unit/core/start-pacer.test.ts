import { describe, expect, it } from 'vitest';
import { StartPacer } from '../../../src/core/start-pacer.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const work = (milliseconds: number): void => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

describe('StartPacer', () => {
  it('starts the first ten runs immediately', () => {
    const pacer = new StartPacer();
    const started: number[] = [];
    for (let index = 0; index < 10; index += 1) void pacer.run(async () => void started.push(index));
    expect(started).toHaveLength(10);
  });

  it('lets the event loop turn between many slow starts, and keeps their order', async () => {
    const pacer = new StartPacer();
    const started: number[] = [];
    const all = Array.from({ length: 40 }, (_, index) =>
      pacer.run(async () => {
        work(2);
        started.push(index);
      }),
    );
    const seen: number[] = [started.length];
    while (started.length < 40) {
      await turn();
      seen.push(started.length);
    }
    await Promise.all(all);
    expect(started).toStrictEqual(Array.from({ length: 40 }, (_, index) => index));
    // At most 8 ms in each turn: four or five of these starts, fewer on a slow machine.
    expect(Math.max(...seen.map((count, index) => count - (seen[index - 1] ?? 0)))).toBeLessThanOrEqual(5);
  });

  it('starts the next after a start that throws', async () => {
    const pacer = new StartPacer();
    const starts = Array.from({ length: 200 }, (_, index) =>
      pacer.run(() => {
        if (index % 2 === 0) throw new Error('no');
        return Promise.resolve(index);
      }),
    );
    const settled = await Promise.allSettled(starts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
  });
});
