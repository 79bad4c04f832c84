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

it('AnnouncedWork resolves at once when no work was announced', async () => {
  const work = new AnnouncedWork();

  expect(work.open).toEqual([]);
  await expect(settled(work.whenDone())).resolves.toBe(true);
});

it('AnnouncedWork lists the name and the age of open work', async () => {
  const work = new AnnouncedWork();
  work.begin('report');
  await advance(1500);
  work.begin('mail');
  await advance(500);

  expect(work.open).toEqual(['report (for 2000 ms)', 'mail (for 500 ms)']);
});

it('AnnouncedWork waits until the last work is done', async () => {
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

it('AnnouncedWork resolves every waiting promise', async () => {
  const work = new AnnouncedWork();
  const report = work.begin('report');
  const all = Promise.all([work.whenDone(), work.whenDone()]);

  report.done();

  await expect(settled(all)).resolves.toBe(true);
});

it('AnnouncedWork ignores a second call of done(), also when other work with that name is open', async () => {
  const work = new AnnouncedWork();
  const first = work.begin('report');
  work.begin('report');
  const done = work.whenDone();

  first.done();
  first.done();

  expect(work.open).toHaveLength(1);
  await expect(settled(done)).resolves.toBe(false);
});

it('AnnouncedWork waits for work that begins during the wait', async () => {
  const work = new AnnouncedWork();
  const first = work.begin('first');
  const done = work.whenDone();
  const second = work.begin('second');

  first.done();
  await expect(settled(done)).resolves.toBe(false);

  second.done();
  await expect(settled(done)).resolves.toBe(true);
});

it('AnnouncedWork waits again for work that begins after all work was done', async () => {
  const work = new AnnouncedWork();
  work.begin('first').done();
  const second = work.begin('second');
  const done = work.whenDone();

  await expect(settled(done)).resolves.toBe(false);
  second.done();
  await expect(settled(done)).resolves.toBe(true);
});

it('AnnouncedWork finishes the work of a `using` block when the block ends, also by a throw', async () => {
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
