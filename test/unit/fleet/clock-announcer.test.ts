import { afterEach, describe, expect, it, vi } from 'vitest';
import { ClockAnnouncer } from '../../../src/fleet/clock-announcer.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();
afterEach(() => vi.restoreAllMocks());

function shownAt(): { readonly clock: ClockAnnouncer; readonly times: number[] } {
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  const times: number[] = [];
  const begin = performance.now();
  return { clock: new ClockAnnouncer(() => times.push(Math.round((performance.now() - begin) / 1000))), times };
}

describe('ClockAnnouncer', () => {
  it('writes the clock at the start and every four minutes, until it is stopped', async () => {
    const { clock, times } = shownAt();
    clock.announceSoon();
    clock.start();
    clock.start();
    await advance(500_000);
    clock.stop();
    clock.announceSoon();
    await advance(500_000);
    expect(times).toStrictEqual([0, 240, 480]);
  });

  it('writes it again after a pause that doubles, until an outcome confirms it', async () => {
    const { clock, times } = shownAt();
    clock.start();
    for (let second = 0; second < 15; second += 1) {
      clock.announceSoon();
      await advance(1000);
    }
    expect(times).toStrictEqual([0, 1, 3, 7, 15]);
    clock.confirm();
    clock.announceSoon();
    await advance(1000);
    expect(times).toStrictEqual([0, 1, 3, 7, 15, 16]);
  });
});
