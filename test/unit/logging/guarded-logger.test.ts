import { expect, it, vi } from 'vitest';
import { guardedLogger } from '../../../src/logging/guarded-logger.js';

it('guardedLogger() passes lines on, and ignores an error of the logger', () => {
  const log = vi.fn<(line: unknown) => void>();
  const warn = (): never => {
    throw new Error('the log is full');
  };
  const guarded = guardedLogger({ log, warn });
  guarded.log('a line');
  expect(() => guarded.warn('a line')).not.toThrow();
  expect(log).toHaveBeenCalledExactlyOnceWith('a line');
});
