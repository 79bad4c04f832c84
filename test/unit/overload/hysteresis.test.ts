import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Excess, Hysteresis } from '../../../src/overload/hysteresis.js';

const BEYOND: Excess = { isBeyond: true, isReleased: false };
const BETWEEN: Excess = { isBeyond: false, isReleased: false };
const RELEASED: Excess = { isBeyond: false, isReleased: true };

/** The states after each of these moments. */
const states = (hysteresis: Hysteresis, moments: readonly (readonly [number, Excess])[]): boolean[] =>
  moments.map(([at, excess]) => hysteresis.update(excess, at));

describe('Hysteresis', () => {
  it('is entered at once, and left after the release has lasted', () => {
    const moments = [
      [0, RELEASED],
      [1, BEYOND],
      [2, RELEASED],
      [101, RELEASED],
      [102, RELEASED],
      [103, BEYOND],
    ] as const;
    expect(states(new Hysteresis(0, 100), moments)).toEqual([false, true, true, true, false, true]);
  });

  it('is neither entered nor left between the limit and the release', () => {
    const moments = [
      [0, BETWEEN],
      [1, BEYOND],
      [2, BETWEEN],
      [10_000, BETWEEN],
      [10_001, RELEASED],
      [10_050, BETWEEN],
      [10_102, RELEASED],
      [10_201, RELEASED],
      [10_202, RELEASED],
    ] as const;
    expect(states(new Hysteresis(0, 100), moments)).toEqual([false, true, true, true, true, true, true, true, false]);
  });

  it('is entered only after the condition has lasted without a break', () => {
    const moments = [
      [0, BEYOND],
      [99, BEYOND],
      [100, BETWEEN],
      [101, BEYOND],
      [200, BEYOND],
      [201, BEYOND],
    ] as const;
    expect(states(new Hysteresis(100, 0), moments)).toEqual([false, false, false, false, false, true]);
  });

  it('changes at most once in each hold, whatever the load does', () => {
    const loads = array(tuple(integer({ min: 0, max: 80 }), constantFrom(BEYOND, BETWEEN, RELEASED)));
    assert(
      property(loads, (steps) => {
        const hysteresis = new Hysteresis(100, 100);
        const changes: number[] = [];
        let at = 0;
        let isEntered = false;
        for (const [pause, excess] of steps) {
          at += pause;
          const isEnteredNow = hysteresis.update(excess, at);
          if (isEnteredNow !== isEntered) changes.push(at);
          isEntered = isEnteredNow;
        }
        const pauses = changes.map((change, index) => change - (changes[index - 1] ?? -100));
        expect(pauses.filter((pause) => pause < 100)).toEqual([]);
      }),
    );
  });
});
