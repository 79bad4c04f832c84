import { describe, expect, it } from 'vitest';
import { isRecord, maskCredentials, safeCopy } from '../../../src/core/redact.js';
import { revoked, untouchable } from '../../support/hostile.js';

describe('maskCredentials', () => {
  it.each([
    ['postgres://user:secret@db/orders', 'postgres://***@db/orders'],
    ['redis://:secret@cache:6379', 'redis://***@cache:6379'],
    ['amqp://user:se/cr@et@broker failed', 'amqp://***@broker failed'],
    ['first http://a:secret@x then http://b:secret@y', 'first http://***@x then http://***@y'],
    ['mongodb+srv://user:secret@cluster', 'mongodb+srv://***@cluster'],
    ['http://@host', 'http://***@host'],
    ['x@y://user:secret@host', 'x@y://***@host'],
  ])('hides what stands before the host: %s', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });

  it.each([
    '',
    'nothing to hide',
    'http://host/path',
    'write to ops@example.test',
    'http://host/path or ops@host',
    'ops@http://host',
    '@',
  ])('leaves a text alone that holds no credentials: "%s"', (text) => {
    expect(maskCredentials(text)).toBe(text);
  });

  it('masks a long text of URLs without spaces quickly', () => {
    const text = `@${'http://host/path,'.repeat(12_000)}`;
    const began = performance.now();
    maskCredentials(text);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('safeCopy', () => {
  it('copies plain JSON, whatever becomes of the original', () => {
    const data = { pool: { size: 10, waiting: [1, 2] }, ok: true, none: null, name: 'main' };
    const copy = safeCopy(data);
    data.pool.waiting.push(3);
    data.name = 'other';
    expect(copy).toStrictEqual({ pool: { size: 10, waiting: [1, 2] }, ok: true, none: null, name: 'main' });
  });

  it('freezes the copy on every level', () => {
    const copy = safeCopy({ pool: { waiting: [{ id: 1 }] } });
    expect(Object.isFrozen(copy)).toBe(true);
    const pool = copy?.['pool'] as { waiting: [{ id: number }] };
    expect([pool, pool.waiting, pool.waiting[0]].every((level) => Object.isFrozen(level))).toBe(true);
  });

  it('puts into words what JSON cannot express', () => {
    expect(
      safeCopy({
        nan: NaN,
        infinite: Infinity,
        negative: -Infinity,
        small: 5n,
        large: 2n ** 60n,
        date: new Date(0),
        missing: undefined,
        method: () => 1,
        nested: [NaN, 1n],
      }),
    ).toStrictEqual({
      nan: 'NaN',
      infinite: 'Infinity',
      negative: '-Infinity',
      small: 5,
      large: '1152921504606846976',
      date: '1970-01-01T00:00:00.000Z',
      nested: ['NaN', 1],
    });
  });

  it.each([
    'password',
    'DB_PASSWORD',
    'passwd',
    'pwd',
    'clientSecret',
    'accessToken',
    'api_key',
    'apiKey',
    'APIKEY',
    'Authorization',
    'credential',
    'private_key',
    'privateKey',
    'accessKey',
    'encryption-key',
    'pass',
    'basicAuth',
    'cookie',
  ])('masks the text under the key %s', (key) => {
    expect(safeCopy({ [key]: 'hunter2' })).toStrictEqual({ [key]: '***' });
  });

  it('leaves texts under other keys, and what is no text, alone', () => {
    expect(safeCopy({ host: 'db', passes: 'three', passed: 'yes', keyspace: 'a', tokens_left: 12 })).toStrictEqual({
      host: 'db',
      passes: 'three',
      passed: 'yes',
      keyspace: 'a',
      tokens_left: 12,
    });
  });

  it('masks every text below a key that names a secret', () => {
    const copy = safeCopy({ tokens: ['hunter2'], credentials: { user: 'root', phrase: 'hunter2' } });
    expect(JSON.stringify(copy)).not.toContain('hunter2');
  });

  it('masks credentials in URLs, however deep', () => {
    expect(safeCopy({ nodes: [{ url: 'redis://:hunter2@cache' }] })).toStrictEqual({
      nodes: [{ url: 'redis://***@cache' }],
    });
  });

  it('masks credentials in a URL that is a key', () => {
    expect(JSON.stringify(safeCopy({ 'redis://:hunter2@cache': 'connected' }))).not.toContain('hunter2');
  });

  it('cannot copy a cycle', () => {
    const data: Record<string, unknown> = {};
    data['self'] = data;
    expect(safeCopy(data)).toBeUndefined();
  });

  it.each([
    [
      'a getter that throws',
      Object.defineProperty({}, 'x', { enumerable: true, get: () => JSON.parse('{') as unknown }),
    ],
    ['a toJSON that throws', { toJSON: () => JSON.parse('{') as unknown }],
    ['a nested toJSON that throws', { deep: { toJSON: () => JSON.parse('{') as unknown } }],
    ['a proxy that refuses everything', untouchable()],
    ['a revoked proxy', revoked()],
    ['a toJSON that returns a text', { toJSON: () => 'text' }],
    ['a toJSON that returns nothing', { toJSON: () => undefined }],
    ['an array', [1, 2]],
  ])('cannot copy %s', (_what, data) => {
    expect(safeCopy(data)).toBeUndefined();
  });

  it('cannot copy what is nested deeper than the stack', () => {
    let data: object = {};
    for (let depth = 0; depth < 100_000; depth += 1) data = { data };
    expect(safeCopy(data)).toBeUndefined();
  });
});

describe('isRecord', () => {
  it('takes objects alone', () => {
    expect([{}, new Map(), Object.create(null)].map((value) => isRecord(value))).toStrictEqual([true, true, true]);
    expect([null, [], 'text', 1, undefined, () => 1].map((value) => isRecord(value))).toStrictEqual(
      Array<boolean>(6).fill(false),
    );
  });
});
