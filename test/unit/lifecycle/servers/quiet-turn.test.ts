import { afterEach, expect, it, vi } from 'vitest';
import { shutdownClock } from '../../../../src/core/shutdown-clock.js';
import { quietTurn } from '../../../../src/lifecycle/servers/quiet-turn.js';

afterEach(() => vi.restoreAllMocks());

/** Counts later turns of the event loop, with the time of each turn. */
function turns(clock: (turn: number) => number): { readonly count: number } {
  const counter = { count: 0 };
  vi.spyOn(shutdownClock, 'now').mockImplementation(() => clock(counter.count));
  const next = (): void => {
    counter.count += 1;
    if (counter.count < 1000) setImmediate(next);
  };
  setImmediate(next);
  return counter;
}

it('quietTurn waits for one whole turn when there is no arrival', async () => {
  const passed = turns(() => 0);
  await quietTurn(() => 0, 500);
  expect(passed.count).toBe(2);
});

it('quietTurn continues while each turn has an arrival', async () => {
  const passed = turns(() => 0);
  await quietTurn(() => Math.min(passed.count, 10), 500);
  expect(passed.count).toBe(11);
});

it('quietTurn does not end after a long turn, in which connections may have arrived', async () => {
  const passed = turns((turn) => (turn < 10 ? turn : 10));
  await quietTurn(() => 0, 500);
  expect(passed.count).toBe(11);
});

it('quietTurn ends after a long turn when no turn was short for 50 ms', async () => {
  const passed = turns((turn) => turn);
  await quietTurn(() => 0, 500);
  expect(passed.count).toBe(51);
});

it('quietTurn ends at its limit when there is an arrival in each turn', async () => {
  const passed = turns((turn) => turn);
  await quietTurn(() => passed.count, 500);
  expect(passed.count).toBe(501);
});

it('quietTurn ends when its signal is aborted', async () => {
  const passed = turns((turn) => turn);
  const end = new AbortController();
  setImmediate(() => end.abort());
  await quietTurn(() => passed.count, 500, end.signal);
  expect(passed.count).toBeLessThan(5);
});
