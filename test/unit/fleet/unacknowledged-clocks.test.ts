import { describe, expect, it } from 'vitest';
import { UnacknowledgedClocks } from '../../../src/fleet/unacknowledged-clocks.js';

describe('UnacknowledgedClocks', () => {
  it('lists the latest entry of each process, in whole milliseconds that make no entry look newer', () => {
    const clocks = new UnacknowledgedClocks();
    clocks.add('a', 10.9, 100.1);
    clocks.add('b', 20, 110);
    clocks.add('a', 30.9, 120.1);
    expect(clocks.list).toStrictEqual([
      ['b', 20, 110],
      ['a', 30, 121],
    ]);
  });

  it('does not count an entry that arrives again', () => {
    const clocks = new UnacknowledgedClocks();
    clocks.add('a', 10.9, 100);
    clocks.add('a', 10.9, 200);
    clocks.add('a', 5, 300);
    expect(clocks.list).toStrictEqual([['a', 10, 100]]);
  });

  it('removes the entries that an outcome has mentioned, unless a later entry has arrived', () => {
    const clocks = new UnacknowledgedClocks();
    clocks.add('a', 10.9, 100);
    clocks.add('b', 20, 110);
    clocks.remove([
      ['a', 10, 7],
      ['b', 19, 7],
      ['c', 1, 7],
    ]);
    expect(clocks.list).toStrictEqual([['b', 20, 110]]);
  });

  it('keeps the latest 500 entries', () => {
    const clocks = new UnacknowledgedClocks();
    for (let index = 0; index <= 500; index += 1) clocks.add(`boot-${index}`, 1, index);
    expect(clocks.list).toHaveLength(500);
    expect(clocks.list[0]?.[0]).toBe('boot-1');
  });
});
