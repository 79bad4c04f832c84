import { describe, expect, it } from 'vitest';
import {
  degradeWhenSlow,
  outcomeOfReturn,
  outcomeOfThrow,
  outcomeOfTimeout,
  passes,
} from '../../../src/core/outcome.js';
import { degraded, down, outOfService, up } from '../../../src/core/result.js';
import { HealthStatus } from '../../../src/core/status.js';
import { HealthCheckError } from '../../../src/errors/health-check.error.js';
import { bare, revoked, unreadableError, untouchable } from '../../support/hostile.js';

const OMITTED = { omitted: 'the data could not be read' };

describe('outcomeOfReturn', () => {
  it('treats undefined as a pass', () => {
    expect(outcomeOfReturn(undefined)).toStrictEqual({ status: 'UP' });
  });

  it('keeps status, message and data', () => {
    expect(outcomeOfReturn(up({ size: 1 }))).toStrictEqual({ status: 'UP', data: { size: 1 } });
    expect(outcomeOfReturn(degraded('lagging', { lag: 3 }))).toStrictEqual({
      status: 'DEGRADED',
      message: 'lagging',
      data: { lag: 3 },
    });
    expect(outcomeOfReturn(outOfService('patching'))).toStrictEqual({ status: 'OUT_OF_SERVICE', message: 'patching' });
    expect(outcomeOfReturn(bare({ status: 'UP' }))).toStrictEqual({ status: 'UP' });
  });

  it('reports the message of DOWN as an error', () => {
    expect(outcomeOfReturn(down('disk full', { free: 0 }))).toStrictEqual({
      status: 'DOWN',
      error: 'disk full',
      data: { free: 0 },
    });
    expect(outcomeOfReturn({ status: 'DOWN' })).toStrictEqual({ status: 'DOWN', error: 'check failed' });
  });

  it('masks credentials in messages and data', () => {
    expect(outcomeOfReturn(degraded('redis://:hunter2@cache lags')).message).toBe('redis://***@cache lags');
    expect(outcomeOfReturn(down('redis://:hunter2@cache is gone')).error).toBe('redis://***@cache is gone');
  });

  it.each([
    [null, 'the check returned null instead of a result'],
    ['ok', 'the check returned a string instead of a result'],
    [42, 'the check returned a number instead of a result'],
    [true, 'the check returned a boolean instead of a result'],
    [[up()], 'the check returned an array instead of a result'],
    [() => up(), 'the check returned a function instead of a result'],
    [{}, 'the check returned an unknown status'],
    [{ status: 'down' }, 'the check returned an unknown status'],
    [{ status: 'unhealthy' }, 'the check returned an unknown status'],
    [{ status: 'constructor' }, 'the check returned an unknown status'],
    [{ status: ['UP'] }, 'the check returned an unknown status'],
    [{ status: 'UP', message: 7 }, 'the check returned a number as its message'],
    [{ status: 'UP', message: null }, 'the check returned null as its message'],
    [{ status: 'UP', message: {} }, 'the check returned an object as its message'],
    [{ status: 'UP', data: 'text' }, 'the check returned a string as its data'],
    [{ status: 'UP', data: [1] }, 'the check returned an array as its data'],
    [{ status: 'UP', data: null }, 'the check returned null as its data'],
  ])('is DOWN, with the reason, for %j', (returned, error) => {
    expect(outcomeOfReturn(returned)).toStrictEqual({
      status: 'DOWN',
      error,
      code: 'INVALID_RESULT',
      cause: returned,
    });
  });

  it.each([
    ['a proxy that refuses everything', untouchable()],
    ['a revoked proxy', revoked()],
    [
      'a result with a getter that throws',
      {
        status: 'UP',
        get message() {
          return JSON.parse('{') as string;
        },
      },
    ],
  ])('is DOWN when the result cannot be read: %s', (_what, returned) => {
    expect(outcomeOfReturn(returned)).toMatchObject({
      status: 'DOWN',
      error: 'the result could not be read',
      code: 'INVALID_RESULT',
      cause: expect.any(Error) as Error,
    });
  });

  it('omits empty data', () => {
    expect(outcomeOfReturn(up({}))).toStrictEqual({ status: 'UP' });
  });

  it('reports that the data could not be read, and keeps the status', () => {
    expect(outcomeOfReturn({ status: 'UP', data: untouchable() })).toStrictEqual({ status: 'UP', data: OMITTED });
  });

  it('bounds its texts and its data', () => {
    const huge = 'x'.repeat(10 << 20);
    const { error, data } = outcomeOfReturn(down(huge, { huge }));
    const shown = `${'x'.repeat(1000)}… (10485760 characters)`;
    expect({ error, data }).toStrictEqual({ error: shown, data: { huge: shown } });
    expect(outcomeOfReturn(degraded(huge)).message).toBe(shown);
  });

  it('accepts a Map as data', () => {
    expect(outcomeOfReturn({ status: 'UP', data: new Map([['k', 1]]) })).toStrictEqual({
      status: 'UP',
      data: { k: 1 },
    });
  });
});

describe('outcomeOfThrow', () => {
  it('keeps the thrown error for the log', () => {
    const error = Object.assign(new Error('postgres://user:hunter2@db'), { code: 'ECONNREFUSED' });
    expect(outcomeOfThrow(error)).toStrictEqual({
      status: 'DOWN',
      error: 'connection refused',
      code: 'ECONNREFUSED',
      cause: error,
    });
  });

  it('shows the message of a HealthCheckError, without credentials', () => {
    const error = new HealthCheckError('cannot reach redis://:hunter2@cache', {
      code: 'no-cache',
      data: { url: 'redis://:hunter2@cache' },
    });
    expect(outcomeOfThrow(error)).toStrictEqual({
      status: 'DOWN',
      error: 'cannot reach redis://***@cache',
      code: 'no-cache',
      data: { url: 'redis://***@cache' },
      cause: error,
    });
  });

  it('bounds the texts and the data of a HealthCheckError', () => {
    const huge = 'x'.repeat(10 << 20);
    const { cause: _cause, ...outcome } = outcomeOfThrow(new HealthCheckError(huge, { code: huge, data: { huge } }));
    const shown = `${'x'.repeat(1000)}… (10485760 characters)`;
    expect(outcome).toStrictEqual({
      status: 'DOWN',
      error: shown,
      code: `${'x'.repeat(100)}… (10485760 characters)`,
      data: { huge: shown },
    });
  });

  it('reports that the data of a HealthCheckError could not be read', () => {
    expect(
      outcomeOfThrow(new HealthCheckError('full', { data: untouchable() as Record<string, unknown> })).data,
    ).toStrictEqual(OMITTED);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'secret'],
    ['an error with unreadable properties', unreadableError()],
    ['a proxy that refuses everything', untouchable()],
    ['an object without a prototype', bare()],
  ])('is DOWN without the text of the thrown value: %s', (_what, thrown) => {
    const { cause, ...words } = outcomeOfThrow(thrown);
    expect(words).toStrictEqual({ status: 'DOWN', error: 'check failed' });
    expect(Object.is(cause, thrown)).toBe(true);
  });

  it('is DOWN for a HealthCheckError whose message is not a string any more', () => {
    const error = Object.assign(new HealthCheckError('queue is full'), { message: 42 });
    expect(outcomeOfThrow(error)).toMatchObject({ status: 'DOWN', error: expect.any(String) as string });
  });
});

describe('outcomeOfTimeout', () => {
  it('is DOWN, with the timeout in the message', () => {
    expect(outcomeOfTimeout(500)).toStrictEqual({
      status: 'DOWN',
      error: 'timed out after 500 ms',
      code: 'ETIMEDOUT',
      isTimeout: true,
    });
  });
});

describe('degradeWhenSlow', () => {
  const passed = { status: HealthStatus.UP, data: { size: 1 } };

  it('degrades a pass that took longer, and keeps its data', () => {
    expect(degradeWhenSlow(passed, 200.6, 200)).toStrictEqual({
      status: 'DEGRADED',
      message: 'slow: took 201 ms, more than 200 ms',
      data: { size: 1 },
    });
  });

  it('does not change a pass that took exactly the limit', () => {
    expect(degradeWhenSlow(passed, 200, 200)).toBe(passed);
  });

  it('does not change a run without a threshold', () => {
    expect(degradeWhenSlow(passed, 10_000, undefined)).toBe(passed);
  });

  it('treats every run as slow with a threshold of 0', () => {
    expect(degradeWhenSlow(passed, 1, 0).status).toBe('DEGRADED');
  });

  it.each(['DEGRADED', 'DOWN', 'UNKNOWN', 'OUT_OF_SERVICE', 'SKIPPED'] as const)('does not change %s', (status) => {
    const outcome = { status };
    expect(degradeWhenSlow(outcome, 10_000, 1)).toBe(outcome);
  });
});

describe('passes', () => {
  it('tells whether a run passed', () => {
    expect((['UP', 'DEGRADED', 'SKIPPED'] as const).map((status) => passes({ status }))).toStrictEqual([
      true,
      true,
      true,
    ]);
    expect((['UNKNOWN', 'OUT_OF_SERVICE', 'DOWN'] as const).map((status) => passes({ status }))).toStrictEqual([
      false,
      false,
      false,
    ]);
  });
});
