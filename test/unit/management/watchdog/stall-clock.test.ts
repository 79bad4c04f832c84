import { describe, expect, it } from 'vitest';
import { StallClock } from '../../../../src/management/watchdog/worker/stall-clock.js';

/** A clock that ticks every 100 ms. The main thread beats while its event loop turns. */
function clockAfterBeat(): StallClock {
  const clock = new StallClock(100, 1000);
  expect(clock.sample(1080, 1100)).toEqual({ silence: 20, turnedAfter: 0 });
  return clock;
}

describe('StallClock', () => {
  it('measures the silence since the last turn', () => {
    const clock = clockAfterBeat();
    expect(clock.sample(1080, 1200)).toEqual({ silence: 120 });
    expect(clock.sample(1080, 1300)).toEqual({ silence: 220 });
  });

  it('reports the whole time between two turns when the event loop turns again', () => {
    const clock = clockAfterBeat();
    clock.sample(1080, 1200);
    clock.sample(1080, 1300);
    expect(clock.sample(1380, 1400)).toEqual({ silence: 20, turnedAfter: 300 });
  });

  it('does not count the time in which the thread itself did not run', () => {
    const clock = clockAfterBeat();
    expect(clock.sample(1080, 11_100)).toEqual({ silence: 120 });
    expect(clock.sample(1080, 11_200)).toEqual({ silence: 220 });
    expect(clock.sample(11_280, 11_300)).toEqual({ silence: 20, turnedAfter: 300 });
  });

  it('does not count a pause between an unread turn and the next tick', () => {
    const clock = clockAfterBeat();
    expect(clock.sample(1180, 11_200)).toEqual({ silence: 20, turnedAfter: 0 });
    expect(clock.sample(1180, 11_300)).toEqual({ silence: 120 });
  });

  it('does not count any late tick of a thread without CPU time', () => {
    const clock = clockAfterBeat();
    const looks = [1600, 2100, 2600, 3100].map((now) => clock.sample(1080, now).silence);
    expect(looks).toEqual([120, 220, 320, 420]);
  });

  it('counts a tick that is slightly late', () => {
    const clock = clockAfterBeat();
    expect(clock.sample(1080, 1290)).toEqual({ silence: 210 });
  });

  it('reports no silence before the first turn and after the main thread has stopped its beats', () => {
    const clock = new StallClock(100, 1000);
    expect(clock.sample(0, 1100)).toEqual({ silence: 0 });
    expect(clock.sample(1180, 1200).silence).toBe(20);
    expect(clock.sample(0, 1300)).toEqual({ silence: 0, turnedAfter: 0 });
    expect(clock.sample(0, 1400)).toEqual({ silence: 0 });
  });
});
