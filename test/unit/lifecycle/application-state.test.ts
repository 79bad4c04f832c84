import { describe, expect, it } from 'vitest';
import { ApplicationState } from '../../../src/lifecycle/application-state.js';
import { latch, never } from '../../support/latch.js';
import { untouchable } from '../../support/hostile.js';

/** A bootstrapped state, and the number of changes that it has reported since. */
function started(): { state: ApplicationState; changes: () => number } {
  let count = 0;
  const state = new ApplicationState();
  state.onChange(() => (count += 1));
  state.bootstrapped();
  count = 0;
  return { state, changes: () => count };
}

describe('ApplicationState', () => {
  it('is starting until every module has started', () => {
    let changes = 0;
    const state = new ApplicationState();
    state.onChange(() => (changes += 1));
    expect([state.isBootstrapped, state.phase, state.closedBecause]).toStrictEqual([false, 'starting', 'starting']);
    state.bootstrapped();
    expect([state.isBootstrapped, state.phase, state.closedBecause]).toStrictEqual([true, 'accepting', undefined]);
    expect(changes).toBe(1);
  });

  it('stays draining after drain(), also with refusals and delays', () => {
    const { state, changes } = started();
    state.refuseTraffic('maintenance');
    void state.delayReadiness('cache', never());
    expect(state.draining.aborted).toBe(false);
    state.drain();
    expect([state.phase, state.closedBecause]).toStrictEqual(['draining', 'shutting down']);
    expect(state.draining.aborted).toBe(true);
    expect(changes()).toBe(3);
    state.acceptTraffic();
    state.bootstrapped();
    expect(state.phase).toBe('draining');
  });

  it('is draining also when it has not bootstrapped', () => {
    const state = new ApplicationState();
    state.drain();
    expect([state.phase, state.closedBecause, state.isBootstrapped]).toStrictEqual([
      'draining',
      'shutting down',
      false,
    ]);
  });

  describe('a refusal of traffic', () => {
    it('lasts until it is withdrawn', () => {
      const { state, changes } = started();
      const takeBack = state.refuseTraffic('maintenance');
      expect([state.phase, state.closedBecause, changes()]).toStrictEqual(['refusing', 'maintenance', 1]);
      takeBack();
      expect([state.phase, state.closedBecause, changes()]).toStrictEqual(['accepting', undefined, 2]);
    });

    it('ends when each of several refusals is withdrawn once', () => {
      const { state, changes } = started();
      const first = state.refuseTraffic('maintenance');
      state.refuseTraffic('full');
      expect(state.closedBecause).toBe('maintenance, full');
      first();
      first();
      expect([state.phase, state.closedBecause, changes()]).toStrictEqual(['refusing', 'full', 3]);
      expect(state.acceptTraffic()).toBe(true);
      expect(state.phase).toBe('accepting');
    });

    it('shows a reason once when several refusals share it', () => {
      const { state } = started();
      const first = state.refuseTraffic('full');
      state.refuseTraffic('full');
      expect(state.closedBecause).toBe('full');
      first();
      expect(state.closedBecause).toBe('full');
    });

    it('withdraws the latest refusal, or the latest with the given reason', () => {
      const { state } = started();
      for (const reason of ['a', 'b', 'a', 'c']) state.refuseTraffic(reason);
      state.acceptTraffic();
      expect(state.closedBecause).toBe('a, b');
      state.acceptTraffic('b');
      expect(state.closedBecause).toBe('a');
      state.acceptTraffic('a');
      expect(state.phase).toBe('refusing');
      state.acceptTraffic('a');
      expect(state.phase).toBe('accepting');
    });

    it('withdraws its own refusal among several with the same reason', () => {
      const { state } = started();
      const takeBack = state.refuseTraffic('a');
      state.refuseTraffic('b');
      state.refuseTraffic('a');
      state.acceptTraffic('a');
      expect(state.closedBecause).toBe('a, b');
      takeBack();
      expect(state.closedBecause).toBe('b');
    });

    it('returns false and reports no change when there is nothing to withdraw', () => {
      const { state, changes } = started();
      expect(state.acceptTraffic()).toBe(false);
      state.refuseTraffic('a');
      expect(state.acceptTraffic('b')).toBe(false);
      expect([state.phase, changes()]).toStrictEqual(['refusing', 1]);
    });
  });

  describe('a delay of readiness', () => {
    it('lasts until the promise resolves', async () => {
      const { state, changes } = started();
      const warm = latch();
      const delayed = state.delayReadiness('cache', warm.promise);
      expect([state.phase, state.closedBecause, changes()]).toStrictEqual(['starting', 'starting: cache', 1]);
      warm.open();
      await expect(delayed).resolves.toBeUndefined();
      expect([state.phase, state.closedBecause, changes()]).toStrictEqual(['accepting', undefined, 2]);
    });

    it('lasts until the end of the process after a rejection, with a reason that callers may see', async () => {
      const { state, changes } = started();
      const cause = Object.assign(new Error('redis://:hunter2@cache'), { code: 'ECONNREFUSED' });
      await expect(state.delayReadiness('cache', Promise.reject(cause))).resolves.toStrictEqual({ cause });
      expect(state.closedBecause).toBe('starting: cache failed (connection refused)');
      expect([state.phase, changes()]).toStrictEqual(['starting', 2]);
    });

    it.each([
      ['undefined', undefined],
      ['a proxy that refuses everything', untouchable()],
    ])('handles a rejection with %s', async (_what, thrown) => {
      const { state } = started();
      const failed = await state.delayReadiness('cache', Promise.reject(thrown));
      expect(Object.is(failed?.cause, thrown)).toBe(true);
      expect(state.closedBecause).toBe('starting: cache failed (check failed)');
    });

    it('waits for all tasks, and names the pending ones', async () => {
      const { state } = started();
      const [cache, index] = [latch(), latch()];
      const delays = [state.delayReadiness('cache', cache.promise), state.delayReadiness('index', index.promise)];
      expect(state.closedBecause).toBe('starting: cache, index');
      cache.open();
      await delays[0];
      expect(state.closedBecause).toBe('starting: index');
      index.open();
      await delays[1];
      expect(state.phase).toBe('accepting');
    });

    it('waits for both of two tasks with the same name', async () => {
      const { state } = started();
      const [first, second] = [latch(), latch()];
      const delays = [state.delayReadiness('cache', first.promise), state.delayReadiness('cache', second.promise)];
      second.open();
      await delays[1];
      expect(state.phase).toBe('starting');
      first.open();
      await delays[0];
      expect(state.phase).toBe('accepting');
    });

    it('waits for the second of two tasks with the same name when the first is done', async () => {
      const { state } = started();
      const second = latch();
      const delays = [
        state.delayReadiness('cache', Promise.resolve()),
        state.delayReadiness('cache', second.promise),
      ] as const;
      await delays[0];
      expect(state.phase).toBe('starting');
      second.open();
      await delays[1];
      expect(state.phase).toBe('accepting');
    });

    it('replaces a failure when a task of the same name begins, and keeps other failures', async () => {
      const { state } = started();
      await state.delayReadiness('cache', Promise.reject(new Error('x')));
      await state.delayReadiness('index', Promise.reject(new Error('x')));
      const again = latch();
      const delayed = state.delayReadiness('cache', again.promise);
      expect(state.closedBecause).toBe('starting: index failed (check failed), cache');
      again.open();
      await delayed;
      expect(state.closedBecause).toBe('starting: index failed (check failed)');
    });

    it('is the reason before a refusal, and after the bootstrap', () => {
      const state = new ApplicationState();
      void state.delayReadiness('cache', never());
      state.refuseTraffic('maintenance');
      expect(state.closedBecause).toBe('starting');
      state.bootstrapped();
      expect([state.phase, state.closedBecause]).toStrictEqual(['starting', 'starting: cache']);
    });
  });
});
