import { afterEach, expect, it, vi } from 'vitest';
import { shutdownClock } from '../../../../src/core/shutdown-clock.js';
import { quietTurn } from '../../../../src/lifecycle/servers/quiet-turn.js';

afterEach(() => vi.restoreAllMocks());

/** Counts turns of the event loop from now on, and what time the clock shows in each. */
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

it('lets one whole turn pass, and no more when it was quiet', async () => {
  const passed = turns(() => 0);
  await quietTurn(() => 0, 500);
  expect(passed.count).toBe(2);
});

it('goes on while in each turn somebody arrives', async () => {
  const passed = turns(() => 0);
  await quietTurn(() => Math.min(passed.count, 10), 500);
  expect(passed.count).toBe(11);
});

it('takes no turn that was long, in which others may have come', async () => {
  const passed = turns((turn) => (turn < 10 ? turn : 10));
  await quietTurn(() => 0, 500);
  expect(passed.count).toBe(11);
});

it('takes a long one where for 50 ms there was no short one', async () => {
  const passed = turns((turn) => turn);
  await quietTurn(() => 0, 500);
  expect(passed.count).toBe(51);
});

it('ends at its limit when there is an arrival in each turn', async () => {
  const passed = turns((turn) => turn);
  await quietTurn(() => passed.count, 500);
  expect(passed.count).toBe(501);
});

it('ends when its signal is aborted', async () => {
  const passed = turns((turn) => turn);
  const end = new AbortController();
  setImmediate(() => end.abort());
  await quietTurn(() => passed.count, 500, end.signal);
  expect(passed.count).toBeLessThan(5);
});
