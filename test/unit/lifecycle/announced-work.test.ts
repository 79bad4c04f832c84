import { expect, it, vi } from 'vitest';
import { AnnouncedWork } from '../../../src/lifecycle/announced-work.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  const seen = vi.fn<() => void>();
  void promise.then(seen);
  await advance(0);
  return seen.mock.calls.length > 0;
};

it('has nothing to wait for when nothing was announced', async () => {
  const work = new AnnouncedWork();

  expect(work.open).toEqual([]);
  await expect(settled(work.whenDone())).resolves.toBe(true);
});

it('names what is open, and for how long', async () => {
  const work = new AnnouncedWork();
  work.begin('report');
  await advance(1500);
  work.begin('mail');
  await advance(500);

  expect(work.open).toEqual(['report (for 2000 ms)', 'mail (for 500 ms)']);
});

it('waits until the last of all is done', async () => {
  const work = new AnnouncedWork();
  const report = work.begin('report');
  const mail = work.begin('mail');
  const done = work.whenDone();

  mail.done();
  await expect(settled(done)).resolves.toBe(false);
  expect(work.open).toHaveLength(1);

  report.done();
  await expect(settled(done)).resolves.toBe(true);
  expect(work.open).toEqual([]);
});

it('tells everybody who waits', async () => {
  const work = new AnnouncedWork();
  const report = work.begin('report');
  const all = Promise.all([work.whenDone(), work.whenDone()]);

  report.done();

  await expect(settled(all)).resolves.toBe(true);
});

it('takes a second call of done() for nothing, also when other work of that name is open', async () => {
  const work = new AnnouncedWork();
  const first = work.begin('report');
  work.begin('report');
  const done = work.whenDone();

  first.done();
  first.done();

  expect(work.open).toHaveLength(1);
  await expect(settled(done)).resolves.toBe(false);
});

it('waits for what begins while it waits', async () => {
  const work = new AnnouncedWork();
  const first = work.begin('first');
  const done = work.whenDone();
  const second = work.begin('second');

  first.done();
  await expect(settled(done)).resolves.toBe(false);

  second.done();
  await expect(settled(done)).resolves.toBe(true);
});

it('waits anew for work that begins after all was done', async () => {
  const work = new AnnouncedWork();
  work.begin('first').done();
  const second = work.begin('second');
  const done = work.whenDone();

  await expect(settled(done)).resolves.toBe(false);
  second.done();
  await expect(settled(done)).resolves.toBe(true);
});

it('is done with what a block holds when the block is left, also by a throw', async () => {
  const work = new AnnouncedWork();
  const leave = (): void => {
    using job = work.begin('job');
    expect(work.open).toHaveLength(1);
    expect(job).toBeDefined();
    throw new Error('broken');
  };

  expect(leave).toThrow('broken');
  expect(work.open).toEqual([]);
});
