import { HealthStatus } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { EarlyAttempts } from '../../../../src/clients/breaker/early-attempts.js';

const { UP, DEGRADED, DOWN, UNKNOWN, SKIPPED } = HealthStatus;
const CALM = 60_000;

/** The early attempts of a breaker that opened at this time. */
function openedAt(now: number): EarlyAttempts {
  const tries = new EarlyAttempts();
  tries.opened(now);
  return tries;
}

describe('an early attempt', () => {
  it('is due when the dependency is UP in a check that began after the opening', () => {
    expect(openedAt(100).isDueAfter({ status: UP, began: 100 }, 105)).toBe(true);
  });

  it('is not due for a check that began before the opening', () => {
    const tries = openedAt(100);
    expect(tries.isDueAfter({ status: UP, began: 99 }, 105)).toBe(false);
    expect(tries.isDueAfter({ status: UP, began: 110 }, 115)).toBe(true);
  });

  it.each([DEGRADED, DOWN, UNKNOWN, SKIPPED])('is not due while the dependency is %s', (status) => {
    expect(openedAt(100).isDueAfter({ status, began: 101 }, 105)).toBe(false);
  });

  it('is not due unless the breaker is open', () => {
    expect(new EarlyAttempts().isDueAfter({ status: UP, began: 101 }, 105)).toBe(false);
    const tries = openedAt(100);
    tries.noLongerOpen();
    expect(tries.isDueAfter({ status: UP, began: 101 }, 105)).toBe(false);
  });

  it('is made once for each opening', () => {
    const tries = openedAt(100);
    expect(tries.isDueAfter({ status: UP, began: 101 }, 105)).toBe(true);
    expect(tries.isDueAfter({ status: UP, began: 106 }, 107)).toBe(false);
  });

  it('is not repeated after a failure while the dependency stays UP', () => {
    const tries = openedAt(100);
    tries.isDueAfter({ status: UP, began: 101 }, 105);
    tries.noLongerOpen();
    tries.opened(105 + CALM - 1);
    expect(tries.isDueAfter({ status: UP, began: 200 + CALM }, 201 + CALM)).toBe(false);
  });

  it('is repeated after a failure when the dependency has failed since', () => {
    const tries = openedAt(100);
    tries.isDueAfter({ status: UP, began: 101 }, 105);
    tries.opened(110);
    expect(tries.isDueAfter({ status: DOWN, began: 109 }, 112)).toBe(false);
    expect(tries.isDueAfter({ status: UP, began: 113 }, 114)).toBe(true);
  });

  it('is due again a minute after the last attempt', () => {
    const tries = openedAt(100);
    tries.isDueAfter({ status: UP, began: 101 }, 105);
    tries.noLongerOpen();
    tries.opened(105 + CALM);
    expect(tries.isDueAfter({ status: UP, began: 200 + CALM }, 201 + CALM)).toBe(true);
  });
});
