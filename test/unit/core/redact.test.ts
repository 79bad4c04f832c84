import { describe, expect, it } from 'vitest';
import { isRecord } from '../../../src/core/is-record.js';
import { maskCredentials, secrecyOf } from '../../../src/core/redact.js';

describe('maskCredentials', () => {
  it.each([
    ['postgres://user:secret@db/orders', 'postgres://***@db/orders'],
    ['redis://:secret@cache:6379', 'redis://***@cache:6379'],
    ['amqp://user:se/cr@et@broker failed', 'amqp://***@broker failed'],
    ['first http://a:secret@x then http://b:secret@y', 'first http://***@x then http://***@y'],
    ['mongodb+srv://user:secret@cluster', 'mongodb+srv://***@cluster'],
    ['http://@host', 'http://***@host'],
    ['x@y://user:secret@host', 'x@y://***@host'],
  ])('masks the credentials before the host: %s', (text, masked) => {
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
  ])('does not change a text without credentials: "%s"', (text) => {
    expect(maskCredentials(text)).toBe(text);
  });

  it('masks a long text of URLs without spaces quickly', () => {
    const text = `@${'http://host/path,'.repeat(12_000)}`;
    const began = performance.now();
    maskCredentials(text);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('maskCredentials: the forms of a secret', () => {
  it.each([
    ['amqp://user:hun ter2@mq failed', 'amqp://***@mq failed'],
    ['postgres://u:\nhunter2@h', 'postgres://***@h'],
    ['pg://u:hun\u00a0ter2@h', 'pg://***@h'],
    ['connect to postgres://user:hunter2', 'connect to postgres://user:***'],
    ['postgres%3A%2F%2Fu%3Ahunter2%40h', 'postgres%3A%2F%2F***%40h'],
    ['u:hunter2@db:5432', 'u:***@db:5432'],
    ['user:hunter2@tcp(db:3306)/orders', 'user:***@tcp(db:3306)/orders'],
    ['GET https://h/x?token=hunter2&page=2 failed', 'GET https://h/x?token=***&page=2 failed'],
    ['https://h/x?key=hunter2', 'https://h/x?key=***'],
    ['https://s3/x?X-Amz-Signature=hunter2&a=1', 'https://s3/x?X-Amz-Signature=***&a=1'],
    ['password=hunter2 host=db', 'password=*** host=db'],
    ["host=db password='hun ter2' user=u", 'host=db password=*** user=u'],
    ['Server=h;Pwd=hunter2;Database=d', 'Server=h;Pwd=***;Database=d'],
    ['Server=h;Password=hun ter2;Database=d', 'Server=h;Password=***;Database=d'],
    ['Driver={x};PWD={hun;ter2};Port=1', 'Driver={x};PWD=***;Port=1'],
    ['AccountKey=hunter2==;EndpointSuffix=x', 'AccountKey=***;EndpointSuffix=x'],
    ['{"password":"hunter2","a":1}', '{"password":***,"a":1}'],
    ["{ accessToken: 'hun\\'ter2', a: 1 }", '{ accessToken: ***, a: 1 }'],
    [String.raw`{\"secret\":\"hunter2\",\"a\":1}`, String.raw`{\"secret\":***,\"a\":1}`],
    ['{"session":"hunter2"}', '{"session":***}'],
    ['sid=hunter2 pin=1234', 'sid=*** pin=***'],
    ['Authorization: Bearer hunter2', 'Authorization: ***'],
    ['sent Bearer abc123def', 'sent Bearer ***'],
    ['Basic dXNlcjpodW50ZXIy', 'Basic ***'],
    ['Cookie: a=b; session=hunter2', 'Cookie: ***'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'got ***'],
    ['-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY----- end', '*** end'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIB', '***'],
    ['id AKIAIOSFODNN7EXAMPLE', 'id ***'],
    // Joined, so that no scanner takes the test for a leak.
    [['github', 'pat', '11AAAAAAA0abcdefghijklmnop'].join('_'), '***'],
    [['rk', 'live', 'abcdefgh1234'].join('_'), '***'],
    [['SG', 'abcdefghijklmnop', 'qrstuvwxyz0123456789'].join('.'), '***'],
    ['run tool --password sekret --host h', 'run tool --password *** --host h'],
    ['login pw=hunter2', 'login pw=***'],
    ['POST https://hooks.slack.com/services/T0/B0/abc failed', 'POST https://hooks.slack.com/services/*** failed'],
    ['https://discord.com/api/webhooks/123/abc', 'https://discord.com/api/webhooks/***'],
  ])('%s', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });

  it.each([
    'HTTP status 503, reports DOWN: db',
    'connection refused (ECONNREFUSED)',
    'Basic authentication failed',
    'the bearer stopped',
    'http://db:5432/x, or ops@host',
    'http://[::1]:8080/ of ops@host',
    'at file:///app/node_modules/@nestjs/core/index.js:1:2',
    'timed out after 500 ms: 3 of 5 passed',
    'pinned: yes, mapping=3, design=a',
    'expires in 5 days; 12:30:00',
  ])('does not change a text without a secret: %s', (text) => {
    expect(maskCredentials(text)).toBe(text);
  });

  it.each([
    'password=',
    '://a:',
    'passpass',
    '"secret":"',
    'cookie:',
    'a@b:c ',
    '%3A%2F%2F',
    'eyJ',
    '-----BEGIN PRIVATE KEY-----',
  ])('takes time in proportion to the length of the text: %s', (part) => {
    const text = part.repeat(Math.ceil(40_000 / part.length));
    const began = performance.now();
    maskCredentials(text);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('secrecyOf', () => {
  it.each(['DB_PASSWORD', 'passwd', 'pwd', 'clientSecret', 'pass', 'pin', 'userPin', 'otp', 'cvv'])(
    'treats a number below the key %s as secret, too',
    (key) => {
      expect(secrecyOf(key)).toBe('all');
    },
  );

  it.each([
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
    'basicAuth',
    'cookie',
    'jwt',
    'jwt_header',
    'signature',
    'X-Signature',
    'session',
    'sessionId',
    'session_key',
    'sid',
    'connect.sid',
    'hmac',
    'csrf_value',
    'tokens',
  ])('treats a text below the key %s as secret', (key) => {
    expect(secrecyOf(key)).toBe('texts');
  });

  it.each([
    'host',
    'passes',
    'passed',
    'passive',
    'keyspace',
    'ping',
    'mapping',
    'pinned',
    'opinion',
    'session_timeout',
    'sidecar',
    'design',
    'signatures_checked',
    'optimum',
    'compression',
  ])('treats nothing below the key %s as secret', (key) => {
    expect(secrecyOf(key)).toBe('none');
  });
});

describe('isRecord', () => {
  it('accepts only objects', () => {
    expect([{}, new Map(), Object.create(null)].map((value) => isRecord(value))).toStrictEqual([true, true, true]);
    expect([null, [], 'text', 1, undefined, () => 1].map((value) => isRecord(value))).toStrictEqual(
      Array<boolean>(6).fill(false),
    );
  });
});
