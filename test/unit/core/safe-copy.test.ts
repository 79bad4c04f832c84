import { describe, expect, it, vi } from 'vitest';
import { DATA_LIMITS, safeCopy } from '../../../src/core/safe-copy.js';
import { revoked, untouchable } from '../../support/hostile.js';

const throwing = (): never => {
  throw new Error('do not touch');
};

describe('safeCopy', () => {
  it('copies plain JSON, also if the original changes later', () => {
    const data = { pool: { size: 10, waiting: [1, 2] }, ok: true, none: null, name: 'main' };
    const copy = safeCopy(data);
    data.pool.waiting.push(3);
    data.name = 'other';
    expect(copy).toStrictEqual({ pool: { size: 10, waiting: [1, 2] }, ok: true, none: null, name: 'main' });
  });

  it('freezes the copy on every level', () => {
    const copy = safeCopy({ pool: { waiting: [{ id: 1 }] }, map: new Map([['a', 1]]) });
    const pool = copy?.['pool'] as { waiting: [{ id: number }] };
    expect([copy, pool, pool.waiting, pool.waiting[0], copy?.['map']].every((level) => Object.isFrozen(level))).toBe(
      true,
    );
  });

  it('copies values that JSON would lose', () => {
    expect(
      safeCopy({
        map: new Map<unknown, unknown>([
          ['k', 1],
          [2, { a: 1 }],
          [{ x: 1 }, true],
        ]),
        set: new Set([1, 'two']),
        error: Object.assign(new TypeError('cannot reach redis://:hunter2@cache'), { code: 'EX', password: 'hunter2' }),
        url: new URL('http://user:hunter2@host/path'),
        bytes: Buffer.from('hunter2'),
        floats: new Float64Array([1.5, NaN]),
        pattern: /a+/,
        boxed: Object('text') as unknown,
        promise: Promise.resolve(1),
      }),
    ).toStrictEqual({
      map: { k: 1, 2: { a: 1 }, '{"x":1}': true },
      set: [1, 'two'],
      error: { error: 'check failed' },
      url: 'http://***@host/path',
      bytes: '(7 bytes)',
      floats: [1.5, 'NaN'],
      pattern: '/a+/',
      boxed: 'text',
      promise: '(a promise)',
    });
  });

  it('converts values that JSON cannot express to texts', () => {
    expect(
      safeCopy({
        nan: NaN,
        infinite: Infinity,
        negative: -Infinity,
        small: 5n,
        large: 2n ** 60n,
        huge: 2n ** 4000n,
        date: new Date(0),
        invalid: new Date(NaN),
        missing: undefined,
        method: () => 1,
        symbol: Symbol('s'),
        nested: [NaN, 1n, undefined, () => 1],
      }),
    ).toStrictEqual({
      nan: 'NaN',
      infinite: 'Infinity',
      negative: '-Infinity',
      small: 5,
      large: '1152921504606846976',
      huge: '(an integer of more than 256 bits)',
      date: '1970-01-01T00:00:00.000Z',
      invalid: 'Invalid Date',
      nested: ['NaN', 1, null, null],
    });
  });

  it('copies the result of toJSON(), without calling toJSON() of the result', () => {
    const inner = { a: 1, toJSON: () => 'never' };
    expect(safeCopy({ id: { toJSON: () => 'abc' }, deep: { toJSON: () => inner } })).toStrictEqual({
      id: 'abc',
      deep: { a: 1 },
    });
  });

  it('puts a value that is not an object under a key', () => {
    expect(safeCopy(new Set([1]))).toStrictEqual({ value: [1] });
    expect(safeCopy({ toJSON: () => 'text' })).toStrictEqual({ value: 'text' });
    expect(safeCopy(new Map([['k', 1]]))).toStrictEqual({ k: 1 });
  });

  it('keeps an own key named __proto__, and ignores the properties of prototypes', () => {
    const data = JSON.parse('{"__proto__":{"a":1}}') as object;
    expect(JSON.stringify(safeCopy(data))).toBe('{"__proto__":{"a":1}}');
    expect(safeCopy(Object.create({ inherited: 1 }))).toStrictEqual({});
  });

  describe('masks', () => {
    it('every text below a key that names a secret, also in a Map', () => {
      const copy = safeCopy({
        tokens: ['hunter2'],
        credentials: { user: 'hunter2', phrase: new Set(['hunter2']) },
        map: new Map([['jwt', 'hunter2']]),
        session: 'hunter2',
      });
      expect(JSON.stringify(copy)).not.toContain('hunter2');
    });

    it('a number that is a secret, but not a count', () => {
      expect(safeCopy({ pin: 1234, tokens_left: 12, sessions: 5 })).toStrictEqual({
        pin: '***',
        tokens_left: 12,
        sessions: 5,
      });
    });

    it('secrets within texts and keys, however deep', () => {
      expect(
        safeCopy({
          nodes: [{ url: 'redis://:hunter2@cache' }],
          dsn: 'host=h password=hunter2',
          'redis://:hunter2@cache': 1,
        }),
      ).toStrictEqual({ nodes: [{ url: 'redis://***@cache' }], dsn: 'host=h password=***', 'redis://***@cache': 1 });
    });
  });

  describe('limits', () => {
    it('the length of a text', () => {
      expect(safeCopy({ text: 'x'.repeat(10 << 20) })).toStrictEqual({
        text: `${'x'.repeat(1000)}… (10485760 characters)`,
      });
    });

    it('the elements of an array and of a Set, and reports how many were omitted', () => {
      const list = Array.from({ length: 1000 }, (_, index) => index);
      const copied = [...list.slice(0, 100), '(900 more elements were left out)'];
      expect(safeCopy({ list, set: new Set(list) })).toStrictEqual({ list: copied, set: copied });
    });

    it('the keys of an object and of a Map, and reports how many were omitted', () => {
      const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]));
      const copy = safeCopy({ wide, map: new Map(Object.entries(wide)) }) as Record<string, Record<string, unknown>>;
      expect(Object.keys(copy['wide'] ?? {})).toHaveLength(101);
      expect(copy['wide']).toMatchObject({ k99: 99, omitted: 'more keys were left out' });
      expect(copy['map']).toMatchObject({ k99: 99, omitted: '900 more keys were left out' });
    });

    it('the keys without replacing a key of the data', () => {
      const wide = Object.fromEntries([
        ['omitted', 'mine'],
        ...Array.from({ length: 200 }, (_, index) => [`k${index}`, index]),
      ]);
      expect(safeCopy(wide)).toMatchObject({ omitted: 'mine', _omitted: 'more keys were left out' });
    });

    it('the total size', () => {
      const texts = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => '\u0001'.repeat(1000)));
      const size = JSON.stringify(safeCopy({ texts, after: 1 })).length;
      expect(size).toBeGreaterThan(DATA_LIMITS.size / 2);
      expect(size).toBeLessThan(DATA_LIMITS.size * 1.5);
    });

    it('the length of a key', () => {
      expect(Object.keys(safeCopy({ ['k'.repeat(500)]: 1 }) ?? {})).toStrictEqual([
        `${'k'.repeat(100)}… (500 characters)`,
      ]);
    });

    it('the depth, also beyond the stack', () => {
      let data: object = {};
      for (let depth = 0; depth < 100_000; depth += 1) data = { data };
      expect(JSON.stringify(safeCopy(data))).toBe(`${'{"data":'.repeat(8)}"(nested too deep)"${'}'.repeat(8)}`);
    });

    it.each([
      ['an object', (entries: [string, unknown][]) => Object.fromEntries(entries)],
      ['a Map', (entries: [string, unknown][]) => new Map(entries)],
    ])('the keys of %s, and counts keys whose values are omitted', (_what, dataOf) => {
      const entries = Array.from({ length: 1000 }, (_, index): [string, unknown] => [
        `key${index}`,
        index % 2 === 0 ? undefined : () => index,
      ]);
      expect(safeCopy(dataOf([['first', 1], ...entries, ['last', 1]]))).toStrictEqual({
        first: 1,
        omitted: expect.stringMatching(/more keys were left out$/),
      });
    });

    it('the number of values that it reads to those that it copies', () => {
      let read = 0;
      const data = new Map(
        Array.from({ length: 1000 }, (_, index) => [
          String(index),
          {
            get value() {
              read += 1;
              return 1;
            },
          },
        ]),
      );
      safeCopy(data);
      expect(read).toBe(100);
    });
  });

  it('names a cycle, and copies an object that occurs twice', () => {
    const shared = { a: 1 };
    const data: Record<string, unknown> = { first: shared, second: shared };
    data['self'] = data;
    expect(safeCopy(data)).toStrictEqual({ first: { a: 1 }, second: { a: 1 }, self: '(circular reference)' });
  });

  it.each([
    ['a getter that throws', Object.defineProperty({}, 'x', { enumerable: true, get: throwing })],
    ['a toJSON that throws', { x: { toJSON: throwing } }],
    ['a proxy that refuses everything', { x: untouchable() }],
    ['a revoked proxy', { x: revoked() }],
  ])('copies the values beside %s', (_what, data) => {
    expect(safeCopy({ before: 1, data, after: 2 })).toStrictEqual({
      before: 1,
      data: { x: '(could not be read)' },
      after: 2,
    });
  });

  it.each([
    ['a toJSON that throws', { toJSON: throwing }],
    ['a proxy that refuses everything', untouchable()],
    ['a revoked proxy', revoked()],
    ['a toJSON that returns nothing', { toJSON: () => undefined }],
  ])('cannot copy %s', (_what, data) => {
    expect(safeCopy(data)).toBeUndefined();
  });
});

it('does not let the rejection of a promise in the data end the process', async () => {
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on('unhandledRejection', unhandled);
  expect(safeCopy({ rows: Promise.reject(new Error('late')) })).toEqual({ rows: '(a promise)' });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});
