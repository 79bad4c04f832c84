import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../src/core/failure.js';
import { HealthCheckTimeoutError } from '../../../src/errors/health-check-timeout.error.js';
import { HealthCheckError } from '../../../src/errors/health-check.error.js';
import { bare, revoked, selfCausedError, unreadableError, untouchable } from '../../support/hostile.js';

const coded = (code: unknown, message = 'postgres://user:secret@db'): Error =>
  Object.assign(new Error(message), { code });

const CHECK_FAILED = { error: 'check failed' };

describe('describeFailure', () => {
  it.each([
    ['ECONNREFUSED', 'connection refused'],
    ['ECONNRESET', 'connection reset'],
    ['ECONNABORTED', 'connection aborted'],
    ['EPIPE', 'connection closed'],
    ['UND_ERR_SOCKET', 'connection closed'],
    ['ENOTFOUND', 'host not found'],
    ['EAI_AGAIN', 'host not found'],
    ['EHOSTUNREACH', 'host unreachable'],
    ['ENETUNREACH', 'network unreachable'],
    ['ETIMEDOUT', 'timed out'],
    ['ESOCKETTIMEDOUT', 'timed out'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timed out'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timed out'],
    ['UND_ERR_BODY_TIMEOUT', 'timed out'],
    ['ABORT_ERR', 'aborted'],
    ['UND_ERR_ABORTED', 'aborted'],
    ['EACCES', 'permission denied'],
    ['EPERM', 'permission denied'],
    ['ENOENT', 'file not found'],
    ['ENOSPC', 'no space left'],
    ['EMFILE', 'too many open files'],
    ['ENFILE', 'too many open files'],
    ['EADDRINUSE', 'address in use'],
    ['CERT_HAS_EXPIRED', 'certificate expired'],
    ['CERT_NOT_YET_VALID', 'certificate not yet valid'],
    ['CERT_REVOKED', 'certificate revoked'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate of another host'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate not trusted'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate not trusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate not trusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate not trusted'],
  ])('has a text for the code %s', (code, error) => {
    expect(describeFailure(coded(code))).toStrictEqual({ error, code });
  });

  it.each([
    'EPROTO',
    'ESTALE',
    'ESERVFAIL',
    'EAI_FAIL',
    'EFORMERR',
    'EAUTH',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'UND_ERR_DESTROYED',
    'HPE_HEADER_OVERFLOW',
    'Z_DATA_ERROR',
    'ER_ACCESS_DENIED_ERROR',
    'SQLITE_BUSY',
    '28P01',
    '57P03',
    'F0001',
    'HV000',
    'P0001',
    'XX000',
  ])('keeps the code %s, which is an identifier', (code) => {
    expect(describeFailure(coded(code))).toStrictEqual({ error: 'check failed', code });
  });

  it.each([
    'postgres://user:secret@db',
    'secret',
    'SECRET',
    'ABC12',
    'Esecret',
    'E',
    'xEPROTO',
    'EPWSECRET',
    'EHUNTER',
    'EPROTO secret',
    `E${'A'.repeat(17)}`,
    `ERR_${'A'.repeat(49)}`,
    '280011',
    '2801',
    '',
    42,
    null,
    ['ECONNREFUSED'],
    'constructor',
    '__proto__',
  ])('does not show the code %j', (code) => {
    expect(describeFailure(coded(code))).toStrictEqual(CHECK_FAILED);
  });

  it('describes the errors of the web platform by their names', () => {
    expect(describeFailure(new DOMException('secret', 'TimeoutError'))).toStrictEqual({ error: 'timed out' });
    expect(describeFailure(new DOMException('secret', 'AbortError'))).toStrictEqual({ error: 'aborted' });
  });

  it('joins a name with a code that has no text', () => {
    const error = Object.assign(new Error('secret'), { name: 'AbortError', code: 'ERR_CANCELED' });
    expect(describeFailure(error)).toStrictEqual({ error: 'aborted', code: 'ERR_CANCELED' });
  });

  it('describes the timeout of a check as a timeout', () => {
    expect(describeFailure(new HealthCheckTimeoutError(500))).toStrictEqual({ error: 'timed out', code: 'ETIMEDOUT' });
  });

  it('finds no text for a name of Object.prototype', () => {
    expect(describeFailure(Object.assign(new Error('secret'), { name: 'constructor' }))).toStrictEqual(CHECK_FAILED);
  });

  describe('looking for the cause', () => {
    it('finds the known code in the cause of an error, as fetch throws it', () => {
      const error = new TypeError('fetch failed', { cause: coded('ECONNREFUSED') });
      expect(describeFailure(error)).toStrictEqual({ error: 'connection refused', code: 'ECONNREFUSED' });
    });

    it('prefers a code with a text to an outer code without one', () => {
      const error = Object.assign(coded('ER_WRAPPED'), { cause: coded('ENOTFOUND') });
      expect(describeFailure(error)).toStrictEqual({ error: 'host not found', code: 'ENOTFOUND' });
    });

    it('keeps the outermost of the codes without a text', () => {
      const error = Object.assign(coded('ER_OUTER'), { cause: coded('ER_INNER') });
      expect(describeFailure(error)).toStrictEqual({ error: 'check failed', code: 'ER_OUTER' });
    });

    it('reads the first error of an AggregateError', () => {
      const error = new AggregateError([coded('ECONNRESET'), coded('ENOTFOUND')], 'secret');
      expect(describeFailure(error)).toStrictEqual({ error: 'connection reset', code: 'ECONNRESET' });
    });

    it('prefers the cause of an AggregateError to its errors', () => {
      const error = Object.assign(new AggregateError([coded('ECONNRESET')]), { cause: coded('ENOTFOUND') });
      expect(describeFailure(error)).toStrictEqual({ error: 'host not found', code: 'ENOTFOUND' });
    });

    it.each([[[]], ['ECONNREFUSED'], [{ 0: coded('ECONNREFUSED') }]])('handles errors that are %j', (errors) => {
      expect(describeFailure(Object.assign(new Error('secret'), { errors }))).toStrictEqual(CHECK_FAILED);
    });

    it('follows at most four causes', () => {
      const wrapped = (times: number): Error =>
        Array.from({ length: times }).reduce<Error>((cause) => new Error('secret', { cause }), coded('ECONNREFUSED'));
      expect(describeFailure(wrapped(4))).toStrictEqual({ error: 'connection refused', code: 'ECONNREFUSED' });
      expect(describeFailure(wrapped(5))).toStrictEqual(CHECK_FAILED);
    });

    it('stops at a cycle of causes', () => {
      expect(describeFailure(selfCausedError())).toStrictEqual(CHECK_FAILED);
    });
  });

  describe('with a HealthCheckError', () => {
    it('shows the message, the code and the data that it was created with', () => {
      const error = new HealthCheckError('queue is full', { code: 'queue-full', data: { waiting: 900 } });
      expect(describeFailure(error)).toStrictEqual({
        error: 'queue is full',
        code: 'queue-full',
        data: { waiting: 900 },
      });
    });

    it('omits properties that it does not have, and never reads its cause', () => {
      const error = new HealthCheckError('queue is full', { cause: coded('ECONNREFUSED') });
      expect(describeFailure(error)).toStrictEqual({ error: 'queue is full' });
    });

    it('masks credentials, and shows a text even if the message is not a string', () => {
      const careless = new HealthCheckError('cannot reach redis://:hunter2@cache');
      expect(describeFailure(careless)).toStrictEqual({ error: 'cannot reach redis://***@cache' });
      const replaced = Object.assign(new HealthCheckError('queue is full'), { message: 42 });
      expect(describeFailure(replaced)).toStrictEqual(CHECK_FAILED);
    });

    it('omits a code that is not a string', () => {
      const error = Object.assign(new HealthCheckError('queue is full'), { code: 7 });
      expect(describeFailure(error)).toStrictEqual({ error: 'queue is full' });
    });

    it('does not show the message of a HealthCheckError that is only a cause', () => {
      const error = new Error('secret', { cause: new HealthCheckError('inner words') });
      expect(describeFailure(error)).toStrictEqual(CHECK_FAILED);
    });
  });

  it.each([
    ['a string', 'postgres://user:secret@db'],
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['a symbol', Symbol('secret')],
    ['a function', () => 'secret'],
    ['an object without a prototype', bare({ message: 'secret' })],
    ['a proxy that refuses everything', untouchable()],
    ['a revoked proxy', revoked()],
    ['an error with unreadable properties', unreadableError()],
    ['a cause that refuses everything', new Error('secret', { cause: untouchable() })],
  ])('reports only "check failed" for %s', (_what, thrown) => {
    expect(describeFailure(thrown)).toStrictEqual(CHECK_FAILED);
  });

  it('reads the code of an object without a prototype', () => {
    expect(describeFailure(bare({ code: 'ECONNREFUSED' }))).toStrictEqual({
      error: 'connection refused',
      code: 'ECONNREFUSED',
    });
  });
});
