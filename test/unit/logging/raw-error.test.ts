import { describe, expect, it } from 'vitest';
import { formatRaw } from '../../../src/logging/raw-error.js';
import { bare, selfCausedError, unreadableError, untouchable } from '../../support/hostile.js';

describe('formatRaw', () => {
  it('shows an error with its stack, its properties and its causes', () => {
    const cause = Object.assign(new Error('inner'), { code: 'ECONNREFUSED', port: 5432 });
    const text = formatRaw(new Error('outer', { cause }));
    expect(text).toContain('outer');
    expect(text).toContain('raw-error.test.ts');
    expect(text).toContain('inner');
    expect(text).toContain('5432');
  });

  it('shows what an error carries five levels deep, and another value three', () => {
    const nested = { a: { b: { c: { d: { e: 'deepest' } } } } };
    expect(formatRaw(Object.assign(new Error('x'), nested))).toContain('deepest');
    expect(formatRaw(nested)).not.toContain('deepest');
  });

  it('shows five causes', () => {
    const chain = ['four', 'three', 'two', 'one'].reduce(
      (cause, name) => new Error(name, { cause }),
      new Error('five'),
    );
    expect(['one', 'two', 'three', 'four', 'five'].every((name) => formatRaw(chain).includes(name))).toBe(true);
  });

  it('masks the credentials of URLs', () => {
    const error = new Error('cannot reach postgres://user:hunter2@db', { cause: { url: 'redis://:hunter2@cache' } });
    expect(formatRaw(error)).not.toContain('hunter2');
    expect(formatRaw({ status: 'nonsense', url: 'redis://:hunter2@cache' })).not.toContain('hunter2');
    expect(formatRaw('redis://:hunter2@cache')).not.toContain('hunter2');
  });

  it.each([
    ['a string', 'text', "'text'"],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['an object', { status: 'down' }, "{ status: 'down' }"],
    ['an object three levels deep', { a: { b: { c: { d: 1 } } } }, 'd: 1'],
    ['an object without a prototype', bare({ a: 1 }), 'a: 1'],
  ])('shows what is no error: %s', (_what, value, text) => {
    expect(formatRaw(value)).toContain(text);
  });

  it.each([
    ['an error that is its own cause', selfCausedError()],
    ['an error whose properties cannot be read', unreadableError()],
    [
      'an object that cannot be inspected',
      {
        [Symbol.for('nodejs.util.inspect.custom')]: () => {
          throw new Error('do not touch');
        },
      },
    ],
    ['a proxy that refuses everything', untouchable()],
  ])('does not throw, whatever it is: %s', (_what, value) => {
    expect(formatRaw(value)).toMatch(/\w/);
  });
});
