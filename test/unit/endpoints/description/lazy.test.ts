import { describe, expect, it, vi } from 'vitest';
import { lazyArray, lazyObject } from '../../../../src/endpoints/description/lazy.js';

describe('lazyObject', () => {
  it('calls make at the first read, once', () => {
    const make = vi.fn<() => { a: number; b: number }>(() => ({ a: 1, b: 2 }));
    const lazy = lazyObject(make);
    expect(make).not.toHaveBeenCalled();
    expect({ ...lazy, c: 3 }).toStrictEqual({ a: 1, b: 2, c: 3 });
    expect([Object.keys(lazy), 'a' in lazy, lazy.b]).toStrictEqual([['a', 'b'], true, 2]);
    expect(make).toHaveBeenCalledOnce();
  });
});

describe('lazyArray', () => {
  it('is an array, and calls make at the first read, once', () => {
    const make = vi.fn<() => number[]>(() => [1, 2]);
    const lazy = lazyArray(make);
    expect(Array.isArray(lazy)).toBe(true);
    expect(make).not.toHaveBeenCalled();
    expect([...lazy, ...lazy.map((value) => value + 2)]).toStrictEqual([1, 2, 3, 4]);
    expect([lazy.length, Object.keys(lazy), JSON.stringify(lazy)]).toStrictEqual([2, ['0', '1'], '[1,2]']);
    expect(make).toHaveBeenCalledOnce();
  });
});
