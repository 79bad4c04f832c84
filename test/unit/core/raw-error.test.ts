import { describe, expect, it } from 'vitest';
import { formatRaw } from '../../../src/core/raw-error.js';
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

  it('writes name, code and message first, then the stack, the other properties and the causes', () => {
    const error = Object.assign(new TypeError('outer', { cause: 'inner' }), {
      code: 'EX',
      port: 5432,
      severity: 'FATAL',
    });
    error.stack = 'TypeError: outer\n    at connect (db.js:1:2)';
    expect(formatRaw(error)).toBe(
      [
        'TypeError [EX]: outer',
        '    at connect (db.js:1:2)',
        '    port: 5432',
        '    severity: "FATAL"',
        "    [cause]: 'inner'",
      ].join('\n'),
    );
  });

  it('shows only the class names of instances that a client adds to its error', () => {
    const request = Object.assign(new (class ClientRequest {})(), { _header: 'x-api-key: hunter2' });
    const config = {
      url: 'http://h/x?token=hunter2',
      auth: { username: 'u', password: 'hunter2' },
      headers: { Authorization: 'Bearer hunter2', Accept: 'a' },
      data: '{"password":"hunter2"}',
    };
    const text = formatRaw(Object.assign(new Error('Request failed'), { config, request }));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('request: "(an instance of ClientRequest)"');
    expect(text).toContain('"Accept":"a"');
  });

  it('is limited to a few kilobytes', () => {
    const branch = (depth: number): object =>
      depth === 0 ? { text: 'x'.repeat(1000) } : { list: Array.from({ length: 20 }, () => branch(depth - 1)) };
    const tree = branch(2);
    const errors = Array.from({ length: 50 }, (_, index) => Object.assign(new Error(`e${index}`), { tree }));
    const error = Object.assign(new AggregateError(errors, 'x'.repeat(100_000)), { stack: 'x'.repeat(1_000_000) });
    expect(formatRaw(error).length).toBeLessThan(8100);
    expect(formatRaw('x'.repeat(1_000_000)).length).toBeLessThan(8100);
    expect(formatRaw({ tree }).length).toBeLessThan(8100);
  });

  it('shows at most five errors of an AggregateError', () => {
    const text = formatRaw(new AggregateError(Array.from({ length: 7 }, (_, index) => new Error(`number ${index}`))));
    expect([0, 4, 5].map((index) => text.includes(`[error]: Error: number ${index}`))).toEqual([true, true, false]);
    expect(text).toContain('(2 more errors were left out)');
  });

  it('escapes the line breaks and control characters of all texts', () => {
    const forged = 'boom\n[Nest] 1 LOG admin logged in\n    at forged (x.js:1:1)\u001b[2J\u0007';
    const error = Object.assign(new Error(forged, { cause: new Error(forged) }), { detail: forged, code: forged });
    const lines = formatRaw(error).split('\n');
    expect(lines[0]).toContain(String.raw`: boom\n[Nest] 1 LOG`);
    expect(lines.slice(1).every((each) => /^\s+(at |detail: |\[cause\]: )/.test(each))).toBe(true);
    expect(lines.some((each) => each.includes('at forged') && /^\s+at/.test(each))).toBe(false);
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(formatRaw(error)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(formatRaw(forged)).not.toContain('\n');
    expect(formatRaw({ status: forged })).not.toContain('\n');
  });

  it('shows at most five causes', () => {
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
  ])('shows a value that is not an error: %s', (_what, value, text) => {
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
  ])('does not throw for any value: %s', (_what, value) => {
    expect(formatRaw(value)).toMatch(/\w|\{\}/);
  });
});
