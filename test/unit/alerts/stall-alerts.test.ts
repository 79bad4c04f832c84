import { expect, it } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { StallAlerts } from '../../../src/alerts/stall-alerts.js';
import { stallOf } from '../../support/event-loop-stall.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

it('sends one message in ten minutes, and says how many stalls it has omitted', async () => {
  const sent: Alert[] = [];
  const stalls = new StallAlerts((alert) => sent.push(alert));
  for (let count = 0; count < 4; count += 1) stalls.record(stallOf(1000 + count));
  await advance(10 * 60_000 - 1);
  stalls.record(stallOf(2000));
  expect(sent.map(({ duration }) => duration)).toEqual([1000]);

  await advance(1);
  stalls.record(stallOf(3000));
  expect(sent.map(({ error }) => error)).toEqual([
    'event loop blocked for 1.0 s in parseOrders (orders.service.ts:112)',
    'event loop blocked for 3.0 s in parseOrders (orders.service.ts:112), and 4 more since the last message',
  ]);

  await advance(10 * 60_000);
  stalls.record(stallOf(1000));
  expect(sent.at(-1)?.error).not.toContain('more');
});
