import { describe, expect, it } from 'vitest';
import { HeardClocks } from '../../../src/fleet/heard-clocks.js';

describe('HeardClocks', () => {
  it('lists the latest entry of each process, in whole milliseconds that make no entry look newer', () => {
    const heard = new HeardClocks();
    heard.hear('a', 10.9, 100.1);
    heard.hear('b', 20, 110);
    heard.hear('a', 30.9, 120.1);
    expect(heard.list).toStrictEqual([
      ['b', 20, 110],
      ['a', 30, 121],
    ]);
  });

  it('does not count an entry that arrives again', () => {
    const heard = new HeardClocks();
    heard.hear('a', 10.9, 100);
    heard.hear('a', 10.9, 200);
    heard.hear('a', 5, 300);
    expect(heard.list).toStrictEqual([['a', 10, 100]]);
  });

  it('removes the entries that an outcome has mentioned, unless a later entry has arrived', () => {
    const heard = new HeardClocks();
    heard.hear('a', 10.9, 100);
    heard.hear('b', 20, 110);
    heard.remove([
      ['a', 10, 7],
      ['b', 19, 7],
      ['c', 1, 7],
    ]);
    expect(heard.list).toStrictEqual([['b', 20, 110]]);
  });

  it('keeps the latest 500 entries', () => {
    const heard = new HeardClocks();
    for (let index = 0; index <= 500; index += 1) heard.hear(`boot-${index}`, 1, index);
    expect(heard.list).toHaveLength(500);
    expect(heard.list[0]?.[0]).toBe('boot-1');
  });
});
