import { HealthStatus } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { EarlyClosing } from '../../../../src/clients/breaker/early-closing.js';

const { UP, DEGRADED, DOWN, UNKNOWN, SKIPPED } = HealthStatus;
const SHORTEST_CLOSING = 60_000;

/** The early closing of a breaker that opened at this time. */
function openedAt(now: number): EarlyClosing {
  const closing = new EarlyClosing();
  closing.opened(now);
  return closing;
}

describe('EarlyClosing', () => {
  it('closes the breaker when the dependency is UP in a check that began after the opening', () => {
    expect(openedAt(100).shouldClose({ status: UP, began: 100 }, 105)).toBe(true);
  });

  it('ignores a check that began before the opening', () => {
    const closing = openedAt(100);
    expect(closing.shouldClose({ status: UP, began: 99 }, 105)).toBe(false);
    expect(closing.shouldClose({ status: UP, began: 110 }, 115)).toBe(true);
  });

  it.each([DEGRADED, DOWN, UNKNOWN, SKIPPED])('does not close the breaker while the dependency is %s', (status) => {
    expect(openedAt(100).shouldClose({ status, began: 101 }, 105)).toBe(false);
  });

  it('closes nothing unless the breaker is open', () => {
    expect(new EarlyClosing().shouldClose({ status: UP, began: 101 }, 105)).toBe(false);
    const closing = openedAt(100);
    closing.noLongerOpen();
    expect(closing.shouldClose({ status: UP, began: 101 }, 105)).toBe(false);
  });

  it('closes the breaker once for each opening', () => {
    const closing = openedAt(100);
    expect(closing.shouldClose({ status: UP, began: 101 }, 105)).toBe(true);
    expect(closing.shouldClose({ status: UP, began: 106 }, 107)).toBe(false);
  });

  it('does not close a breaker that opened again within a minute while the dependency stays UP', () => {
    const closing = openedAt(100);
    closing.shouldClose({ status: UP, began: 101 }, 105);
    closing.noLongerOpen();
    closing.opened(105 + SHORTEST_CLOSING - 1);
    expect(closing.shouldClose({ status: UP, began: 200 + SHORTEST_CLOSING }, 201 + SHORTEST_CLOSING)).toBe(false);
  });

  it('closes a breaker that opened again when the dependency has failed since', () => {
    const closing = openedAt(100);
    closing.shouldClose({ status: UP, began: 101 }, 105);
    closing.opened(110);
    expect(closing.shouldClose({ status: DOWN, began: 109 }, 112)).toBe(false);
    expect(closing.shouldClose({ status: UP, began: 113 }, 114)).toBe(true);
  });

  it('closes a breaker that opened a minute after the last closing', () => {
    const closing = openedAt(100);
    closing.shouldClose({ status: UP, began: 101 }, 105);
    closing.noLongerOpen();
    closing.opened(105 + SHORTEST_CLOSING);
    expect(closing.shouldClose({ status: UP, began: 200 + SHORTEST_CLOSING }, 201 + SHORTEST_CLOSING)).toBe(true);
  });
});
