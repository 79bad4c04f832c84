import { expect, it, vi } from 'vitest';
import { StrayRuns } from '../../../src/core/stray-runs.js';
import { collectGarbage } from '../../support/garbage.js';
import { never } from '../../support/latch.js';

it('StrayRuns drops work whose handle was collected, and keeps work whose handle is held', async () => {
  const gone = vi.fn<() => void>();
  const strays = new StrayRuns(gone);
  const held = never();
  strays.add(held, 100);
  strays.add(never(), 100);
  strays.add(never(), 100);
  expect(strays.count).toBe(3);

  await vi.waitFor(async () => {
    await collectGarbage();
    expect(gone).toHaveBeenCalledTimes(2);
  });
  await collectGarbage();
  expect(strays.count).toBe(1);
  expect(held).toBeInstanceOf(Promise);
});
