import { describe, expect, it } from 'vitest';
import { rhythmOf } from '../../../../src/lifecycle/probers/rhythm.js';

/** Three probes within 15 s. */
const LONGEST = 5500;

/** A repeatable series of numbers from 0 to 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Series {
  readonly interval: number;
  readonly offset?: number;
  /** The average duration of a response in milliseconds. The prober waits for its interval after the response. */
  readonly delay?: number;
}

/** The latest probes of several probers, mixed. */
function questions(series: readonly Series[], count: number, seed = 1): number[] {
  const next = random(seed);
  const all = series.flatMap(({ interval, offset = 0, delay = 2 }) => {
    const times = [offset];
    for (let index = 1; index < count; index += 1)
      times.push((times.at(-1) ?? 0) + interval - delay * Math.log(1 - next()));
    return times;
  });
  const end = Math.min(...series.map(({ interval, offset = 0 }) => offset + interval * (count - 1)));
  return all
    .filter((time) => time <= end)
    .toSorted((one, other) => one - other)
    .slice(-count);
}

/** Independent arrivals, with this average number per second. */
function crowd(rate: number, count: number, seed: number): number[] {
  const next = random(seed);
  const times = [0];
  while (times.length < count) times.push((times.at(-1) ?? 0) - (Math.log(1 - next()) * 1000) / rate);
  return times;
}

const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);

describe('the rhythm of a single prober', () => {
  it('is its interval when the requests show that it is alone, and never a shorter interval', () => {
    const rhythms = SEEDS.map((seed) => rhythmOf(questions([{ interval: 1000, delay: 20 }], 64, seed), LONGEST));

    for (const rhythm of rhythms) expect(rhythm?.interval).toBeGreaterThanOrEqual(1000);
    const alone = rhythms.filter((rhythm) => rhythm?.isCertain && rhythm.probers === 1);
    expect(alone.length).toBeGreaterThan(SEEDS.length / 2);
    for (const rhythm of alone) expect(rhythm?.interval).toBeLessThan(1100);
  });

  it('is assumed to be that of three probers when there are few requests, because probers may take turns', () => {
    expect(rhythmOf([0, 500, 1000], LONGEST)).toEqual({ interval: 1500, probers: 3, isCertain: false });
    expect(rhythmOf([0, 500], LONGEST)).toBeUndefined();
  });

  it('tolerates requests that are early or late by a quarter of the interval', () => {
    const times = [0, 1200, 2000, 2900, 4100, 5000, 6100, 7000, 8200, 9000, 10_100, 11_000, 12_100, 13_000, 14_100];
    expect(rhythmOf(times, LONGEST)?.interval).toBeGreaterThanOrEqual(1000);
  });

  it('tolerates a stall of the process that moves two of twenty requests', () => {
    const times = Array.from({ length: 20 }, (_, index) => index * 1000 + (index % 3) + (index === 10 ? 900 : 0));
    expect(rhythmOf(times, LONGEST)?.interval).toBeGreaterThanOrEqual(1000);
  });
});

describe('the rhythm of similar probers', () => {
  it('is the interval of each of two that take turns evenly', () => {
    for (const seed of SEEDS) {
      const two = [0, 500].map((offset) => ({ interval: 1000, offset }));
      expect(rhythmOf(questions(two, 64, seed), LONGEST)?.interval).toBeGreaterThanOrEqual(1000);
    }
  });

  it('is about the interval of each of three that take turns evenly, like the checks of HAProxy', () => {
    for (const seed of SEEDS) {
      const three = [0, 333, 667].map((offset) => ({ interval: 1000, offset }));
      expect(rhythmOf(questions(three, 64, seed), LONGEST)?.interval).toBeGreaterThanOrEqual(990);
    }
  });

  it('is the interval of each of two whose requests follow closely', () => {
    const rhythm = rhythmOf(questions([{ interval: 1000 }, { interval: 1000, offset: 80 }], 40), LONGEST);
    expect(rhythm).toMatchObject({ probers: 2, isCertain: true });
    expect(rhythm?.interval).toBeGreaterThanOrEqual(1000);
  });

  it('is that of the slower prober when one interval is a multiple of the other', () => {
    const times = questions(
      [
        { interval: 1000, delay: 0 },
        { interval: 2000, offset: 300, delay: 0 },
      ],
      30,
    );
    expect(rhythmOf(times, LONGEST)?.interval).toBeGreaterThanOrEqual(2000);
  });
});

describe('requests without a rhythm', () => {
  it.each([1, 3, 40, 120])('are recognised at %i requests per second', (rate) => {
    for (const seed of SEEDS) expect(rhythmOf(crowd(rate, 64, seed), LONGEST)).toBeUndefined();
  });

  it.each([60, 100])(
    'are recognised when a burst of %i ms hides a prober with an interval of one second',
    (interval) => {
      for (const seed of SEEDS) {
        const times = questions([{ interval }, { interval: 1000, offset: 37 }], 200, seed).slice(-64);
        expect(rhythmOf(times, LONGEST)?.interval ?? Infinity).toBeGreaterThanOrEqual(1000);
      }
    },
  );
});
