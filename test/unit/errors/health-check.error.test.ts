import { describe, expect, it } from 'vitest';
import { HealthCheckError, isHealthCheckError } from '../../../src/errors/health-check.error.js';

describe('HealthCheckError', () => {
  it('has a message, a code, data and a cause', () => {
    const cause = new Error('behind');
    const error = new HealthCheckError('queue is full', { code: 'queue-full', data: { waiting: 900 }, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('HealthCheckError');
    expect(error.message).toBe('queue is full');
    expect([error.code, error.data, error.cause]).toStrictEqual(['queue-full', { waiting: 900 }, cause]);
  });

  it('has no cause unless one is passed', () => {
    expect(new HealthCheckError('queue is full')).not.toHaveProperty('cause');
    expect(new HealthCheckError('queue is full', { code: 'x' })).not.toHaveProperty('cause');
    expect(new HealthCheckError('queue is full', { cause: undefined })).toHaveProperty('cause', undefined);
  });
});

describe('isHealthCheckError', () => {
  it('recognises the error, a subclass of it, and one from another copy of the package', () => {
    class QueueFull extends HealthCheckError {}
    const foreign = Object.assign(new Error('x'), { [Symbol.for('nest-vitals:health-check-error')]: true });
    const recognised = [new HealthCheckError('x'), new QueueFull('x'), foreign];
    expect(recognised.every((value) => isHealthCheckError(value))).toBe(true);
  });

  it('rejects every other value', () => {
    const marked = { [Symbol.for('nest-vitals:health-check-error')]: true };
    expect([new Error('x'), marked, null, undefined, 'text'].some((value) => isHealthCheckError(value))).toBe(false);
  });
});
