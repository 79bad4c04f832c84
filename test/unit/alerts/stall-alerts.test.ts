import { expect, it, vi } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { StallAlerts } from '../../../src/alerts/stall-alerts.js';
import { stallOf } from '../../support/event-loop-stall.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

it('StallAlerts sends one message in ten minutes, with the number of omitted stalls', async () => {
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

const MINUTE = 60_000;

it('StallAlerts ends the alert once, after ten minutes without a stall', async () => {
  const sent: Alert[] = [];
  const stalls = new StallAlerts((alert) => sent.push(alert));
  stalls.record(stallOf(1000));
  await advance(9 * MINUTE);
  stalls.record(stallOf(2000));
  await advance(10 * MINUTE - 1);
  expect(sent.map(({ event }) => event)).toEqual(['stall']);

  await advance(1);
  expect(sent.map(({ event }) => event)).toEqual(['stall', 'up']);
  expect(sent[1]).toMatchObject({
    status: 'UP',
    subject: { kind: 'process', name: 'event loop' },
    error: 'event loop not blocked for 10 min',
    since: sent[0]?.since,
    duration: 19 * MINUTE + 1000,
  });
  await advance(60 * MINUTE);
  expect(sent).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

it('StallAlerts ends the alert at once when the application stops, and leaves no timer', async () => {
  const sent: Alert[] = [];
  const stalls = new StallAlerts((alert) => sent.push(alert));
  stalls.end();
  expect(sent).toEqual([]);
  stalls.record(stallOf(1000));
  await advance(5000);
  stalls.end();
  stalls.end();
  expect(sent.map(({ event, error }) => [event, error])).toEqual([
    ['stall', expect.any(String)],
    ['up', 'event loop not blocked for 5 s'],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});
