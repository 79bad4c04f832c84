import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { type AttemptHooks, attempt } from '../../../src/core/check-attempt.js';
import type { CheckDefinition, HealthCheckContext } from '../../../src/core/check.js';
import { degraded, down, up } from '../../../src/core/result.js';
import { HealthCheckTimeoutError } from '../../../src/errors/health-check-timeout.error.js';
import { checkDefinition } from '../../support/check-definition.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { untouchable } from '../../support/hostile.js';
import { latch, never } from '../../support/latch.js';

const onFault = (): void => undefined;
const keepsTime: AttemptHooks = { onUnfinished: () => () => undefined, onFault };

/** A check that hands its context to the test and never settles. */
function hanging(): { context: () => HealthCheckContext; check: CheckDefinition['check'] } {
  const contexts: HealthCheckContext[] = [];
  return {
    check: (context) => {
      contexts.push(context);
      return never();
    },
    context: () => {
      const [first] = contexts;
      if (!first) throw new Error('the check has not been called');
      return first;
    },
  };
}

describe('attempt', () => {
  useFakeClock();

  it('passes its name, its timeout, a signal and a way to attach data to the check', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    await attempt(checkDefinition('database', check, { timeout: 300 }), keepsTime).outcome;
    expect(check).toHaveBeenCalledExactlyOnceWith({
      name: 'database',
      timeout: 300,
      signal: expect.any(AbortSignal) as AbortSignal,
      attach: expect.any(Function) as HealthCheckContext['attach'],
    });
  });

  describe('data attached by a check', () => {
    const outcomeOf = async (check: CheckDefinition['check']) => {
      const { outcome } = attempt(checkDefinition('a', check, { timeout: 500 }), keepsTime);
      await advance(500);
      return outcome;
    };
    const attaching =
      (check: () => unknown, ...data: Parameters<HealthCheckContext['attach']>[0][]): CheckDefinition['check'] =>
      ({ attach }) => {
        for (const each of data) attach(each);
        return check();
      };
    const fails = (): never => {
      throw new Error('no');
    };

    it.each([
      ['runs out of time', never],
      ['throws', fails],
      ['says DOWN', () => down('full')],
    ])('is reported when the check %s; the last attached data wins', async (_how, check) => {
      const { status, data } = await outcomeOf(attaching(check, { waiting: 1 }, { waiting: 2 }));
      expect({ status, data }).toEqual({ status: 'DOWN', data: { waiting: 2 } });
    });

    it('is read at the timeout, before the abort releases it', async () => {
      let waiting = 0;
      const outcome = outcomeOf(({ attach, signal }) => {
        attach(() => ({ waiting }));
        waiting = 3;
        signal.addEventListener('abort', () => (waiting = 0));
        return never();
      });
      expect((await outcome).data).toEqual({ waiting: 3 });
    });

    it('is not reported when the check returns data of its own, nor when it passes', async () => {
      expect((await outcomeOf(attaching(() => down('full', { own: 1 }), { waiting: 1 }))).data).toEqual({ own: 1 });
      expect(await outcomeOf(attaching(() => up(), { waiting: 1 }))).toStrictEqual({ status: 'UP' });
      expect(await outcomeOf(attaching(() => degraded('lag'), { waiting: 1 }))).not.toHaveProperty('data');
    });

    it('is omitted when there is none, or when its function throws', async () => {
      const failed = await outcomeOf(fails);
      expect(await outcomeOf(attaching(fails, () => undefined))).toEqual(failed);
      expect(await outcomeOf(attaching(fails, fails))).toEqual(failed);
      expect(await outcomeOf(attaching(fails, untouchable() as Record<string, unknown>))).toHaveProperty('error');
    });

    it('has its secrets masked, like all data', async () => {
      const { data } = await outcomeOf(attaching(never, { url: 'postgres://user:secret@db', password: 'secret' }));
      expect(JSON.stringify(data)).not.toContain('secret@');
    });
  });

  it.each([
    ['returned', () => degraded('lag')],
    ['resolved', () => Promise.resolve(degraded('lag'))],
    [
      'a thenable',
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable -- a client library may return its own kind of promise
        then: (resolve: (value: unknown) => void) => resolve(degraded('lag')),
      }),
    ],
  ])('uses the result: %s', async (_how, check) => {
    await expect(attempt(checkDefinition('a', check), keepsTime).outcome).resolves.toStrictEqual({
      status: 'DEGRADED',
      message: 'lag',
    });
  });

  it.each([
    [
      'thrown',
      () => {
        throw Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
      },
    ],
    ['rejected', () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))],
  ])('uses the failure: %s', async (_how, check) => {
    await expect(attempt(checkDefinition('a', check), keepsTime).outcome).resolves.toMatchObject({
      status: 'DOWN',
      error: 'connection refused',
    });
  });

  it('accepts a result with a property that throws later', async () => {
    await expect(attempt(checkDefinition('a', untouchable), keepsTime).outcome).resolves.toMatchObject({
      status: 'DOWN',
    });
  });

  it('leaves no timer and no listener when the check finishes in time', async () => {
    const onUnfinished = vi.fn<() => () => void>();
    let signal: AbortSignal | undefined;
    const definition = checkDefinition('a', (context) => {
      signal = context.signal;
    });
    await attempt(definition, { onUnfinished, onFault }).outcome;
    expect(vi.getTimerCount()).toBe(0);
    expect(signal?.aborted).toBe(false);
    expect(signal && getEventListeners(signal, 'abort')).toHaveLength(0);
    await advance(10_000);
    expect(signal?.aborted).toBe(false);
    expect(onUnfinished).not.toHaveBeenCalled();
  });

  describe('when the time is over', () => {
    it('is DOWN at the timeout, not before', async () => {
      const ended = vi.fn<(outcome: unknown) => void>();
      void attempt(checkDefinition('a', never, { timeout: 500 }), keepsTime).outcome.then(ended);
      await advance(499);
      expect(ended).not.toHaveBeenCalled();
      await advance(1);
      expect(ended).toHaveBeenCalledExactlyOnceWith({
        status: 'DOWN',
        error: 'timed out after 500 ms',
        code: 'ETIMEDOUT',
        isTimeout: true,
      });
      expect(vi.getTimerCount()).toBe(0);
    });

    it('aborts the signal with the timeout as its reason', async () => {
      const { check, context } = hanging();
      const { outcome } = attempt(checkDefinition('a', check, { timeout: 500 }), keepsTime);
      await advance(500);
      await outcome;
      const { reason } = context().signal as { reason: unknown };
      expect(context().signal.aborted).toBe(true);
      expect(reason).toBeInstanceOf(HealthCheckTimeoutError);
      expect(reason).toMatchObject({
        name: 'TimeoutError',
        code: 'ETIMEDOUT',
        timeout: 500,
        message: 'timed out after 500 ms',
      });
    });

    it('is a timeout also for a check that settles when it is aborted', async () => {
      for (const settle of [
        (resolve: (value: unknown) => void) => resolve(up()),
        (_resolve: unknown, reject: (reason: unknown) => void) => reject(new Error('aborted')),
      ]) {
        const definition = checkDefinition(
          'a',
          ({ signal }) =>
            new Promise((resolve, reject) => {
              signal.addEventListener('abort', () => settle(resolve, reject));
            }),
        );
        const { outcome } = attempt(definition, keepsTime);
        await advance(500);
        await expect(outcome).resolves.toMatchObject({ status: 'DOWN', error: 'timed out after 500 ms' });
      }
    });

    it('passes on the unfinished work before it aborts the signal, and reports when the work finishes', async () => {
      const order: string[] = [];
      const work = latch<unknown>();
      const definition = checkDefinition('a', ({ signal }) => {
        signal.addEventListener('abort', () => order.push('aborted'));
        return work.promise;
      });
      const { outcome } = attempt(definition, {
        onUnfinished: (leftBehind) => {
          expect(leftBehind).toBeInstanceOf(Promise);
          order.push('left behind');
          return () => order.push('finished late');
        },
        onFault,
      });
      await advance(500);
      await outcome;
      expect(order).toStrictEqual(['left behind', 'aborted']);
      work.open(up());
      await advance(0);
      expect(order).toStrictEqual(['left behind', 'aborted', 'finished late']);
    });

    it('reports late work that fails', async () => {
      const finishedLate = vi.fn<() => void>();
      const work = latch<unknown>();
      const { outcome } = attempt(
        checkDefinition('a', () => work.promise),
        { onUnfinished: () => finishedLate, onFault },
      );
      await advance(500);
      work.fail(new Error('late'));
      await expect(outcome).resolves.toMatchObject({ error: 'timed out after 500 ms' });
      await advance(0);
      expect(finishedLate).toHaveBeenCalledOnce();
    });
  });

  describe('when it is aborted by its caller', () => {
    it('ends at once with the reason, and leaves no timer', async () => {
      const { check, context } = hanging();
      const leftBehind = vi.fn<() => () => void>().mockReturnValue(() => undefined);
      const reason = new DOMException('the application is shutting down', 'AbortError');
      const running = attempt(checkDefinition('a', check), { onUnfinished: leftBehind, onFault });
      running.abort(reason);
      await expect(running.outcome).resolves.toMatchObject({ status: 'DOWN', error: 'aborted', cause: reason });
      expect(context().signal.reason).toBe(reason);
      expect(leftBehind).toHaveBeenCalledOnce();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('has no effect when the attempt is over', async () => {
      const leftBehind = vi.fn<() => () => void>();
      let signal: AbortSignal | undefined;
      const definition = checkDefinition('a', (context) => {
        signal = context.signal;
      });
      const running = attempt(definition, { onUnfinished: leftBehind, onFault });
      await running.outcome;
      running.abort(new Error('stop'));
      expect(signal?.aborted).toBe(false);
      expect(leftBehind).not.toHaveBeenCalled();
    });

    it('has no effect after a timeout', async () => {
      const { check, context } = hanging();
      const leftBehind = vi.fn<() => () => void>().mockReturnValue(() => undefined);
      const running = attempt(checkDefinition('a', check), { onUnfinished: leftBehind, onFault });
      await advance(500);
      await running.outcome;
      running.abort(new Error('stop'));
      expect(leftBehind).toHaveBeenCalledOnce();
      expect(context().signal.reason).toBeInstanceOf(HealthCheckTimeoutError);
    });
  });

  describe('with a condition', () => {
    const skipped = { status: 'SKIPPED', message: 'its condition is false' };

    it.each([
      ['false', () => false],
      ['a promise of false', () => Promise.resolve(false)],
    ])('does not call the check when it is %s', async (_what, when) => {
      const check = vi.fn<CheckDefinition['check']>();
      await expect(attempt(checkDefinition('a', check, { when }), keepsTime).outcome).resolves.toStrictEqual(skipped);
      expect(check).not.toHaveBeenCalled();
    });

    it.each([
      ['true', () => true],
      ['a promise of true', () => Promise.resolve(true)],
    ])('calls the check when it is %s', async (_what, when) => {
      const { outcome } = attempt(
        checkDefinition('a', () => degraded('lag'), { when }),
        keepsTime,
      );
      await expect(outcome).resolves.toMatchObject({ status: 'DEGRADED' });
    });

    it('calls the condition with the same context as the check', async () => {
      const when = vi.fn<(context: HealthCheckContext) => boolean>().mockReturnValue(true);
      const check = vi.fn<CheckDefinition['check']>();
      await attempt(checkDefinition('a', check, { when }), keepsTime).outcome;
      expect(when.mock.calls[0]?.[0]).toBe(check.mock.calls[0]?.[0]);
    });

    it.each([
      [
        'throws',
        () => {
          throw Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
        },
      ],
      ['rejects', () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))],
    ])('is DOWN when it %s', async (_how, when) => {
      const check = vi.fn<CheckDefinition['check']>();
      const { outcome } = attempt(checkDefinition('a', check, { when }), keepsTime);
      await expect(outcome).resolves.toMatchObject({ status: 'DOWN', error: 'connection refused' });
      expect(check).not.toHaveBeenCalled();
    });

    it('is DOWN when it hangs, by the timeout of the check', async () => {
      const { outcome } = attempt(
        checkDefinition('a', () => up(), { when: never }),
        keepsTime,
      );
      await advance(500);
      await expect(outcome).resolves.toMatchObject({ status: 'DOWN', error: 'timed out after 500 ms' });
    });

    it('shares the timeout with the check', async () => {
      const when = latch<boolean>();
      const ended = vi.fn<() => void>();
      void attempt(checkDefinition('a', never, { when: () => when.promise }), keepsTime).outcome.then(ended);
      await advance(400);
      when.open(true);
      await advance(99);
      expect(ended).not.toHaveBeenCalled();
      await advance(1);
      expect(ended).toHaveBeenCalledOnce();
    });

    it('does not call the check when the condition settles after the timeout', async () => {
      const when = latch<boolean>();
      const check = vi.fn<CheckDefinition['check']>();
      const { outcome } = attempt(checkDefinition('a', check, { when: () => when.promise }), keepsTime);
      await advance(500);
      await outcome;
      when.open(true);
      await advance(0);
      expect(check).not.toHaveBeenCalled();
    });
  });
});

describe('the timer of an attempt', () => {
  it('does not keep the process alive', () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const running = attempt(checkDefinition('a', never), keepsTime);
    const [timer] = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(timer?.hasRef()).toBe(false);
    running.abort(new Error('stop'));
    timers.mockRestore();
  });
});
