import { describe, expect, it, vi } from 'vitest';
import type { HealthRefusal } from '../../../src/extension/health-override.js';
import { TimedRefusals } from '../../../src/overrides/timed-refusals.js';
import { CapturedLog } from '../../support/captured-log.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

describe('TimedRefusals', () => {
  useFakeClock();

  const setUp = () => {
    const begun: Partial<HealthRefusal>[] = [];
    const refusals = new TimedRefusals((_reason, terms) => {
      begun.push(terms);
      return () => true;
    }, new CapturedLog());
    return { refusals, begun };
  };

  it('last exactly as long as their terms', () => {
    const { refusals, begun } = setUp();
    refusals.begin({ reason: 'vendor maintenance', expiresIn: '1m' });
    const [refusal] = begun;
    expect(Number(refusal?.until) - Number(refusal?.since)).toBe(60_000);
  });

  it('end at their time also if the logger throws', async () => {
    const withdraw = vi.fn<() => boolean>(() => true);
    const refuses = (): never => {
      throw new Error('the log is full');
    };
    new TimedRefusals(() => withdraw, { log: refuses, warn: refuses }).begin({ reason: 'disk', expiresIn: '1m' });
    await advance(60_000);
    expect(withdraw).toHaveBeenCalledOnce();
  });

  it('leave no timer after stop(), and begin none', () => {
    const { refusals, begun } = setUp();
    refusals.begin({ reason: 'vendor maintenance', expiresIn: '1m' });
    refusals.stop();
    expect(vi.getTimerCount()).toBe(0);
    const withdraw = refusals.begin({ reason: 'vendor maintenance', expiresIn: '1m' });
    expect(vi.getTimerCount()).toBe(0);
    withdraw();
    expect(begun).toHaveLength(2);
  });
});
