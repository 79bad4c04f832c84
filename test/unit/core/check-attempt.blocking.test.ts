import { describe, expect, it, vi } from 'vitest';
import { attempt } from '../../../src/core/check-attempt.js';
import { down, up } from '../../../src/core/result.js';
import { checkDefinition } from '../../support/check-definition.js';
import { collectGarbage } from '../../support/garbage.js';
import { never } from '../../support/latch.js';

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const block = (milliseconds: number): void => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};
const onUnfinished = (): (() => void) => () => undefined;

describe('a check in a blocked event loop', () => {
  const run = (check: () => unknown, timeout = 100) => {
    const faults: unknown[] = [];
    const definition = checkDefinition('a', check, { timeout });
    return attempt(definition, { onUnfinished, onFault: (place, fault) => faults.push([place, fault]) });
  };

  it('is UP when the result has arrived by the end of a detected stall', async () => {
    const innocent = run(() => sleep(20).then(() => sleep(5)));
    setImmediate(() => block(300));
    await expect(innocent.outcome).resolves.toStrictEqual({ status: 'UP' });
    expect(innocent.stalled).toBeGreaterThan(100);
  });

  it('is DOWN without a result, even when the event loop is blocked repeatedly', async () => {
    const began = performance.now();
    const hanging = run(never);
    const timer = setInterval(() => block(150), 1);
    await expect(hanging.outcome).resolves.toMatchObject({ status: 'DOWN', isTimeout: true });
    clearInterval(timer);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('is DOWN when the check itself blocked for longer than its timeout before it returned', async () => {
    const { error, status, isTimeout } = await run(() => {
      block(150);
      return up();
    }).outcome;
    expect({ status, isTimeout }).toStrictEqual({ status: 'DOWN', isTimeout: true });
    expect(error).toMatch(/^blocked the event loop for 1\d\d ms, longer than its timeout of 100 ms$/);
  });

  it('is DEGRADED when the check finishes in the callback that blocked the event loop', async () => {
    const { status, message } = await run(async () => {
      await sleep(5);
      block(250);
      return up();
    }).outcome;
    expect(status).toBe('DEGRADED');
    expect(message).toMatch(
      /^the event loop was blocked for \d+ ms until this check finished, longer than its timeout/,
    );
  });

  it('keeps a failure unchanged', async () => {
    const outcome = await run(() => {
      block(150);
      return down('full');
    }).outcome;
    expect(outcome).toStrictEqual({ status: 'DOWN', error: 'full' });
  });
});

describe('errors that a check causes beside its outcome', () => {
  it.each<[string, (context: Parameters<Parameters<typeof checkDefinition>[1]>[0]) => void, string]>([
    [
      'a listener that throws',
      ({ signal }) => signal.addEventListener('abort', () => fail()),
      'a listener of its signal',
    ],
    ['attach() with a function that throws', ({ attach }) => attach(() => fail()), 'attach()'],
    ['attach() with an async function', ({ attach }) => attach((async () => fail()) as never), 'attach()'],
    ['attach() with a promise', ({ attach }) => attach(Promise.reject(new Error('no')) as never), 'attach()'],
  ])('do not end the process, and are reported: %s', async (_what, mistake, place) => {
    const faults: unknown[] = [];
    const rejected = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', rejected);
    const definition = checkDefinition(
      'a',
      (context) => {
        mistake(context);
        return never();
      },
      { timeout: 20 },
    );
    const { outcome } = attempt(definition, { onUnfinished, onFault: (where) => faults.push(where) });
    await expect(outcome).resolves.toMatchObject({ status: 'DOWN', error: 'timed out after 20 ms' });
    await sleep(10);
    await collectGarbage();
    process.off('unhandledRejection', rejected);
    expect(faults).toStrictEqual([place]);
    expect(rejected).not.toHaveBeenCalled();
  });
});

function fail(): never {
  throw new Error('no');
}
