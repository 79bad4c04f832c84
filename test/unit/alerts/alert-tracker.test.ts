import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { AlertTracker } from '../../../src/alerts/alert-tracker.js';
import { moment } from '../../../src/core/moment.js';
import type { HealthStatus } from '../../../src/core/status.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

let sent: Alert[] = [];
let tracker: AlertTracker;
beforeEach(() => {
  sent = [];
  tracker = trackerOf(1000);
});

const trackerOf = (debounce: number): AlertTracker =>
  new AlertTracker(['DOWN', 'UNKNOWN'], debounce, (alert) => sent.push(alert));
const observe = (status: HealthStatus, name = 'stock', error?: string): void =>
  tracker.observe({
    subject: { kind: 'indicator', name },
    status,
    critical: true,
    at: moment(),
    ...(error !== undefined && { error }),
  });
const events = (): string[] => sent.map(({ event, subject, status }) => `${event} ${subject.name} ${status}`);

describe('AlertTracker', () => {
  it('sends one alert for an outage and one for the recovery, with the duration of the outage', async () => {
    observe('DOWN', 'stock', 'refused');
    const since = moment();
    await advance(999);
    expect(events()).toEqual([]);
    await advance(1);
    expect(sent).toEqual([expect.objectContaining({ event: 'down', status: 'DOWN', error: 'refused', since })]);
    await advance(5000);
    observe('UP');
    const at = moment();
    await advance(1000);
    expect(sent.slice(1)).toEqual([
      {
        event: 'up',
        subject: { kind: 'indicator', name: 'stock' },
        status: 'UP',
        critical: true,
        since,
        at,
        duration: 6000,
      },
    ]);
    await advance(60_000);
    expect(sent).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  describe('with a subject that was removed', () => {
    const end = (): void =>
      tracker.end({ subject: { kind: 'indicator', name: 'stock' }, status: 'SKIPPED', critical: true, at: moment() });

    it('ends an announced outage at once, because no later status follows', async () => {
      observe('DOWN');
      await advance(3000);
      end();
      expect(events()).toEqual(['down stock DOWN', 'up stock SKIPPED']);
      expect(sent[1]?.duration).toBe(3000);
      expect(tracker.open).toEqual([]);
      end();
      expect(sent).toHaveLength(2);
    });

    it('sends no alert for an outage that is not announced yet', async () => {
      observe('DOWN');
      await advance(999);
      end();
      await advance(60_000);
      expect(events()).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('leaves the outage open during the drain, so that the next process finds it again', async () => {
      observe('DOWN');
      await advance(1000);
      tracker.close();
      end();
      expect(events()).toEqual(['down stock DOWN']);
    });
  });

  it('sends no alert for an outage that is shorter than the debounce', async () => {
    observe('DOWN');
    await advance(999);
    observe('UP');
    await advance(5000);
    observe('DOWN');
    await advance(999);
    expect(events()).toEqual([]);
    await advance(1);
    expect(events()).toEqual(['down stock DOWN']);
  });

  it('continues the outage after a recovery that is shorter than the debounce', async () => {
    observe('DOWN');
    await advance(1000);
    observe('UP');
    await advance(999);
    observe('DOWN');
    await advance(5000);
    expect(events()).toEqual(['down stock DOWN']);
    observe('UP');
    await advance(1000);
    expect(sent[1]).toMatchObject({ event: 'up', duration: 6999 });
  });

  it('treats a change between two bad statuses as one outage and sends the latest status', async () => {
    observe('UNKNOWN');
    await advance(500);
    observe('DOWN', 'stock', 'refused');
    await advance(500);
    observe('UNKNOWN');
    await advance(5000);
    expect(events()).toEqual(['down stock DOWN']);
  });

  it('ends the outage at the first good status and sends the latest good status', async () => {
    observe('DOWN');
    await advance(1000);
    observe('DEGRADED');
    await advance(500);
    observe('UP');
    await advance(500);
    expect(sent[1]).toMatchObject({ event: 'up', status: 'UP', duration: 1000 });
  });

  it('continues the outage after a recovery in two steps that is shorter than the debounce', async () => {
    observe('DOWN');
    await advance(1000);
    observe('DEGRADED');
    observe('UP');
    observe('DOWN');
    await advance(5000);
    expect(tracker.open).toHaveLength(1);
    observe('UP');
    await advance(1000);
    expect(events()).toEqual(['down stock DOWN', 'up stock UP']);
  });

  it('sends no alert for a subject without a bad status', async () => {
    observe('DEGRADED');
    observe('UP');
    await advance(5000);
    expect(sent).toEqual([]);
  });

  it('tracks an indicator and a probe with the same name separately', async () => {
    observe('DOWN');
    observe('DOWN', 'ledger');
    tracker.observe({ subject: { kind: 'probe', name: 'stock' }, status: 'DOWN', critical: true, at: moment() });
    observe('UP');
    await advance(1000);
    expect(sent.map(({ subject }) => `${subject.kind} ${subject.name}`)).toEqual(['indicator ledger', 'probe stock']);
  });

  it('sends every alert at once if the debounce is 0', () => {
    tracker = trackerOf(0);
    observe('DOWN');
    observe('UP');
    observe('DOWN');
    expect(events()).toEqual(['down stock DOWN', 'up stock UP', 'down stock DOWN']);
  });

  it('lists an alert as open from its announcement until the announcement of the recovery', async () => {
    observe('DOWN');
    expect(tracker.open).toEqual([]);
    await advance(1000);
    observe('UNKNOWN');
    expect(tracker.open).toMatchObject([{ event: 'down', status: 'UNKNOWN' }]);
    observe('UP');
    expect(tracker.open).toHaveLength(1);
    await advance(1000);
    expect(tracker.open).toEqual([]);
  });
});

describe('AlertTracker at the shutdown', () => {
  it('sends no alert for outages that are not announced when the shutdown begins', async () => {
    observe('DOWN');
    tracker.close();
    observe('DOWN', 'ledger');
    await advance(5000);
    expect(sent).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('announces recoveries at once when the shutdown begins and during it', async () => {
    observe('DOWN');
    observe('DOWN', 'ledger');
    await advance(1000);
    observe('UP');
    tracker.close();
    expect(events().slice(2)).toEqual(['up stock UP']);
    observe('UP', 'ledger');
    expect(events().slice(3)).toEqual(['up ledger UP']);
  });

  it('leaves no timer after stop()', async () => {
    observe('DOWN');
    observe('DOWN', 'ledger');
    await advance(1000);
    observe('UP');
    tracker.stop();
    expect(vi.getTimerCount()).toBe(0);
    await advance(5000);
    expect(sent).toHaveLength(2);
  });
});

describe('AlertTracker of a target for all indicators', () => {
  const begin = (debounce: number): void => {
    tracker = new AlertTracker(['DOWN', 'UNKNOWN'], debounce, (alert) => sent.push(alert), { inhibitsParts: true });
  };
  beforeEach(() => begin(1000));
  /** The change of a composite follows that of its part. */
  const bothBecome = (status: HealthStatus): void => {
    observe(status, 'database/primary');
    observe(status, 'database');
  };

  it.each([0, 1000])('sends one alert for a composite and the part that fails it, debounce %i', async (debounce) => {
    begin(debounce);
    bothBecome('DOWN');
    await advance(5000);
    bothBecome('UP');
    await advance(5000);
    expect(events()).toEqual(['down database DOWN', 'up database UP']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends an alert for a part whose composite passes, and later one for the composite', async () => {
    observe('DOWN', 'database/replica');
    observe('DEGRADED', 'database');
    await advance(1000);
    bothBecome('DOWN');
    await advance(1000);
    bothBecome('UP');
    observe('UP', 'database/replica');
    await advance(1000);
    expect(events()).toEqual([
      'down database/replica DOWN',
      'down database DOWN',
      'up database UP',
      'up database/replica UP',
    ]);
  });

  it('sends an alert for a part that is still down when its composite has recovered', async () => {
    observe('DOWN', 'database/replica');
    bothBecome('DOWN');
    await advance(1000);
    observe('UP', 'database/primary');
    observe('DEGRADED', 'database');
    await advance(1000);
    expect(events()).toEqual(['down database DOWN', 'up database DEGRADED']);
    await advance(1000);
    expect(events().slice(2)).toEqual(['down database/replica DOWN']);
  });

  it('sends an alert for a part that is still down after a short outage of its composite', async () => {
    observe('DOWN', 'database/replica');
    await advance(500);
    bothBecome('DOWN');
    await advance(900);
    observe('UP', 'database/primary');
    observe('DEGRADED', 'database');
    await advance(1000);
    expect(events()).toEqual(['down database/replica DOWN']);
  });

  it('sends nothing for parts at the drain', async () => {
    bothBecome('DOWN');
    await advance(1000);
    tracker.close();
    bothBecome('UP');
    await advance(5000);
    expect(events()).toEqual(['down database DOWN', 'up database UP']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer', async () => {
    bothBecome('DOWN');
    await advance(1000);
    tracker.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
