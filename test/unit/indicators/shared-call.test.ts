import { getEventListeners } from 'node:events';
import { expect, it, vi } from 'vitest';
import { SharedCall } from '../../../src/indicators/shared-call.js';
import { latch } from '../../support/latch.js';
import { calm } from './indicator.js';

it('is joined while it is under way, and done anew after that', async () => {
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

it('passes a failure on, and is done anew after it', async () => {
  const work = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('no')).mockResolvedValue('yes');
  const call = new SharedCall(work);

  await expect(call.run(calm())).rejects.toThrow('no');
  expect(await call.run(calm())).toBe('yes');
});

it('ends a run that is aborted, and starts no second work beside the one that hangs', async () => {
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

it('does not begin for a signal that is aborted already', async () => {
  const work = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const reason = new Error('too late');
  await expect(new SharedCall(work).run(AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(work).not.toHaveBeenCalled();
});

it('a failure that comes when nobody waits any more harms nobody', async () => {
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

it('leaves no listener on the signal', async () => {
  const signal = calm();
  const call = new SharedCall(() => Promise.resolve());
  await call.run(signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
