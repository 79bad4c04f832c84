import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { SharedCall } from '../../../src/indicators/shared-call.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { latch, never } from '../../support/latch.js';
import { calm } from './indicator.js';

it('a shared call is joined while it is in progress, and a new call begins after its end', async () => {
  const first = latch<string>();
  const work = vi.fn<() => Promise<string>>(() => first.promise);
  const call = new SharedCall(work);
  const runs = [call.run(calm()), call.run(calm())];

  first.open('done');
  expect(await Promise.all(runs)).toEqual(['done', 'done']);
  expect(work).toHaveBeenCalledTimes(1);
  await call.run(calm());
  expect(work).toHaveBeenCalledTimes(2);
});

it('a shared call rejects like its work, and a new call begins after that', async () => {
  const work = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('no')).mockResolvedValue('yes');
  const call = new SharedCall(work);

  await expect(call.run(calm())).rejects.toThrow('no');
  expect(await call.run(calm())).toBe('yes');
});

it('a shared call rejects an aborted run, and does not begin a second call beside a hanging one', async () => {
  const hanging = latch<string>();
  const work = vi.fn<() => Promise<string>>(() => hanging.promise);
  const call = new SharedCall(work);
  const controller = new AbortController();
  const reason = new Error('time is over');

  const aborted = call.run(controller.signal);
  controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  const next = call.run(calm());
  expect(work).toHaveBeenCalledTimes(1);

  hanging.open('back');
  expect(await next).toBe('back');
});

it('a shared call does not begin when the signal is already aborted', async () => {
  const work = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const reason = new Error('too late');
  await expect(new SharedCall(work).run(AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(work).not.toHaveBeenCalled();
});

it('a shared call ignores a failure when no run waits any more', async () => {
  const hanging = latch();
  const call = new SharedCall(() => hanging.promise);
  const controller = new AbortController();
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on('unhandledRejection', unhandled);

  const run = call.run(controller.signal);
  controller.abort();
  await expect(run).rejects.toThrow('aborted');
  hanging.fail(new Error('late'));
  await new Promise((resolve) => setImmediate(resolve));

  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

it('a shared call leaves no listener on the signal', async () => {
  const signal = calm();
  const call = new SharedCall(() => Promise.resolve());
  await call.run(signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('a shared call that never ends', () => {
  useFakeClock();

  const abandoned = async (call: SharedCall<string>): Promise<void> => {
    const controller = new AbortController();
    const run = call.run(controller.signal);
    controller.abort(new Error('time is over'));
    await expect(run).rejects.toThrow('time is over');
  };

  it('is replaced by a second call after ten seconds, and never by a third', async () => {
    const work = vi.fn<() => Promise<string>>(() => never());
    const call = new SharedCall(work);
    await abandoned(call);
    await advance(9999);
    await abandoned(call);
    expect(work).toHaveBeenCalledTimes(1);
    await advance(1);
    await abandoned(call);
    expect(work).toHaveBeenCalledTimes(2);
    await advance(60_000);
    await abandoned(call);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('does not block later calls, once the second call has ended', async () => {
    const work = vi
      .fn<() => Promise<string>>()
      .mockImplementationOnce(() => never())
      .mockImplementation(() => Promise.resolve('back'));
    const call = new SharedCall(work);
    await abandoned(call);
    await advance(10_000);
    expect(await call.run(calm())).toBe('back');
    expect(await call.run(calm())).toBe('back');
    expect(work).toHaveBeenCalledTimes(3);
  });
});
