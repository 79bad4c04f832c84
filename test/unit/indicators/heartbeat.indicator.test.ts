import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HeartbeatIndicator } from '../../../src/indicators/heartbeat.indicator.js';
import { START, timeAfter, useFakeClock } from '../../support/fake-clock.js';
import { faultsOf, run } from './indicator.js';

const pass = (milliseconds: number): unknown => vi.advanceTimersByTime(milliseconds);

describe('HeartbeatIndicator', () => {
  useFakeClock();
  let heartbeat: InstanceType<ReturnType<typeof HeartbeatIndicator>>;
  beforeEach(() => {
    heartbeat = new (HeartbeatIndicator('invoices', { maxSilence: 1000 }))();
  });

  it('is UP until the silence is too long', async () => {
    heartbeat.beat();
    pass(1000);
    expect(await run(heartbeat)).toEqual({
      status: 'UP',
      data: { beats: 1, silence_ms: 1000, last_beat_at: START },
    });
    pass(1);
    expect(await run(heartbeat)).toEqual({
      status: 'DOWN',
      message: 'no beat for more than 1000 ms',
      data: { beats: 1, silence_ms: 1001, last_beat_at: START },
    });
    heartbeat.beat();
    expect(await run(heartbeat)).toEqual({
      status: 'UP',
      data: { beats: 2, silence_ms: 0, last_beat_at: timeAfter(1001) },
    });
  });

  it('allows the same time for the first beat as for any other', async () => {
    pass(1000);
    expect(await run(heartbeat)).toEqual({ status: 'UP', data: { beats: 0, silence_ms: 1000 } });
    pass(1);
    expect(await run(heartbeat)).toEqual({
      status: 'DOWN',
      message: 'no first beat within 1000 ms',
      data: { beats: 0, silence_ms: 1001 },
    });
  });

  it('allows the time of the option grace for the first beat', async () => {
    heartbeat = new (HeartbeatIndicator('invoices', { maxSilence: 1000, grace: 5000 }))();
    pass(5000);
    expect((await run(heartbeat)).status).toBe('UP');
    pass(1);
    expect((await run(heartbeat)).message).toBe('no first beat within 5000 ms');
    heartbeat.beat();
    pass(1001);
    expect((await run(heartbeat)).message).toBe('no beat for more than 1000 ms');
  });

  it('is DOWN until the first beat with a grace of 0', async () => {
    heartbeat = new (HeartbeatIndicator('invoices', { maxSilence: 1000, grace: 0 }))();
    expect(await run(heartbeat)).toMatchObject({ status: 'DOWN', message: 'no beat yet' });
    heartbeat.beat();
    expect((await run(heartbeat)).status).toBe('UP');
  });

  it('is not affected by corrections of the system clock', async () => {
    heartbeat.beat();
    vi.setSystemTime(Date.parse(START) + 3_600_000);
    expect((await run(heartbeat)).status).toBe('UP');
  });

  it('refuses options out of range', () => {
    expect(faultsOf(HeartbeatIndicator('invoices', { maxSilence: 0, grace: -1 }))).toEqual([
      'HeartbeatIndicator("invoices"), maxSilence: its value is 0; use a whole number of milliseconds from 1 to 2147483647, or a text with a unit such as "500ms", "5s", "1m" or "1h"',
      'HeartbeatIndicator("invoices"), grace: its value is -1; use a whole number of milliseconds from 0 to 2147483647, or a text with a unit such as "500ms", "5s", "1m" or "1h"',
    ]);
    expect(faultsOf(HeartbeatIndicator('invoices', {} as { maxSilence: number }))).toEqual([
      'HeartbeatIndicator("invoices"), maxSilence: it is missing; use a whole number of milliseconds from 1 to 2147483647, or a text with a unit such as "500ms", "5s", "1m" or "1h"',
    ]);
  });
});
