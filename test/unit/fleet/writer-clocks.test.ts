import { describe, expect, it } from 'vitest';
import { WriterClocks } from '../../../src/fleet/writer-clocks.js';

describe('WriterClocks', () => {
  it('recognises an entry that arrives late by the fastest one', () => {
    const clocks = new WriterClocks();
    expect(clocks.hear('a', 5000, 100_000)).toBe(100_000);
    expect(clocks.hear('a', 6000, 131_000)).toBe(101_000);
    expect(clocks.timeOf('a', 6500, 131_000)).toBe(101_500);
  });

  it('corrects itself when the first entry was the late one', () => {
    const clocks = new WriterClocks();
    clocks.hear('a', 5000, 100_000);
    expect(clocks.hear('a', 6000, 100_500)).toBe(100_500);
    expect(clocks.timeOf('a', 5000, 100_500)).toBe(99_500);
  });

  it('is undefined for a writer without an entry, or without one for ten minutes', () => {
    const clocks = new WriterClocks();
    clocks.hear('a', 0, 0);
    expect(clocks.timeOf('b', 0, 0)).toBeUndefined();
    expect(clocks.timeOf('a', 599_999, 599_999)).toBe(599_999);
    expect(new WriterClocks().timeOf('a', 0, 0)).toBeUndefined();
    const idle = new WriterClocks();
    idle.hear('a', 0, 0);
    expect(idle.timeOf('a', 600_000, 600_000)).toBeUndefined();
  });

  it('follows clocks that drift apart', () => {
    const clocks = new WriterClocks();
    const drift = 1.0001;
    let error = 0;
    for (let clock = 0; clock < 86_400_000; clock += 5000) {
      const now = clock * drift;
      error = Math.max(error, now - clocks.hear('a', clock, now));
    }
    expect(error).toBeLessThan(100);
  });

  it('keeps a limited number of writers', () => {
    const clocks = new WriterClocks();
    for (let index = 0; index <= 1000; index += 1) clocks.hear(`boot-${index}`, 0, index);
    expect(clocks.timeOf('boot-0', 0, 1000)).toBeUndefined();
    expect(clocks.timeOf('boot-1', 0, 1000)).toBeDefined();
  });
});
