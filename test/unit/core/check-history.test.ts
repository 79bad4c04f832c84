import { describe, expect, it } from 'vitest';
import { CheckHistory, type CheckRun, type StatusChange } from '../../../src/core/check-history.js';
import type { HealthStatus } from '../../../src/core/status.js';

/** A history that records one status per second, with the given thresholds. */
class Recording {
  readonly history = new CheckHistory();
  seconds = 0;

  constructor(
    readonly failureThreshold = 1,
    readonly successThreshold = 1,
  ) {}

  record(status: HealthStatus): StatusChange | undefined {
    this.seconds += 1;
    return this.history.record(runAt(this.seconds, status), this);
  }

  /** The status in force after each of the given outcomes. */
  follow(...statuses: HealthStatus[]): HealthStatus[] {
    return statuses.map((status) => {
      this.record(status);
      return this.history.status;
    });
  }

  get sinceSecond(): number | undefined {
    return this.history.since && this.history.since.elapsed / 1000;
  }
}

const runAt = (second: number, status: HealthStatus): CheckRun => ({
  outcome: { status },
  finished: { elapsed: second * 1000, wall: second * 1000 },
  took: 1,
});

describe('CheckHistory', () => {
  it('is UNKNOWN before the first run', () => {
    const { history } = new Recording();
    expect(history.status).toBe('UNKNOWN');
    expect([history.since, history.latest, history.decisive]).toStrictEqual([undefined, undefined, undefined]);
    expect([history.consecutiveFailures, history.consecutiveSuccesses]).toStrictEqual([0, 0]);
  });

  it.each(['UP', 'DEGRADED', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN', 'SKIPPED'] as const)(
    'applies a first status of %s at once, whatever the thresholds',
    (status) => {
      const recording = new Recording(3, 3);
      const change = recording.record(status);
      expect(change).toMatchObject({ from: 'UNKNOWN', to: status, lasted: undefined });
      expect(change?.at.elapsed).toBe(1000);
      expect(recording.history.status).toBe(status);
      expect(recording.sinceSecond).toBe(1);
      expect(recording.history.decisive).toBe(recording.history.latest);
    },
  );

  it('reports a change once, and nothing while the status stays the same', () => {
    const recording = new Recording();
    const changes = (['UP', 'UP', 'DOWN', 'DOWN', 'UP'] as const).map((status) => recording.record(status));
    expect(changes.map((change) => change && `${change.from} ${change.to}`)).toStrictEqual([
      'UNKNOWN UP',
      undefined,
      'UP DOWN',
      undefined,
      'DOWN UP',
    ]);
  });

  it('reports the duration of the state that ended', () => {
    const recording = new Recording();
    recording.follow('UP', 'UP', 'UP');
    expect(recording.record('DOWN')?.lasted).toBe(3000);
    recording.follow('DOWN');
    expect(recording.record('UP')?.lasted).toBe(2000);
  });

  it('includes the run that caused the change', () => {
    const recording = new Recording();
    recording.record('UP');
    const change = recording.record('DOWN');
    expect(change?.run).toBe(recording.history.latest);
  });

  describe('failureThreshold', () => {
    it('holds back failures until there are enough in a row', () => {
      expect(new Recording(3).follow('UP', 'DOWN', 'DOWN', 'DOWN')).toStrictEqual(['UP', 'UP', 'UP', 'DOWN']);
    });

    it('restarts its count after a pass', () => {
      expect(new Recording(3).follow('UP', 'DOWN', 'DOWN', 'UP', 'DOWN', 'DOWN')).toStrictEqual(
        Array<HealthStatus>(6).fill('UP'),
      );
    });

    it('counts failures of every kind together', () => {
      const recording = new Recording(3);
      expect(recording.follow('UP', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN')).toStrictEqual(['UP', 'UP', 'UP', 'DOWN']);
    });

    it('does not delay changes between two failing or two passing statuses', () => {
      expect(new Recording(3, 3).follow('UP', 'DEGRADED', 'UP')).toStrictEqual(['UP', 'DEGRADED', 'UP']);
      expect(new Recording(3, 3).follow('DOWN', 'OUT_OF_SERVICE', 'UNKNOWN')).toStrictEqual([
        'DOWN',
        'OUT_OF_SERVICE',
        'UNKNOWN',
      ]);
    });

    it('keeps the message of the run whose status is in force', () => {
      const recording = new Recording(3);
      recording.follow('UP', 'DOWN');
      expect(recording.history.decisive?.outcome.status).toBe('UP');
      expect(recording.history.latest?.outcome.status).toBe('DOWN');
    });

    it('keeps the latest outcome with the status in force', () => {
      const recording = new Recording();
      recording.follow('UP', 'UP');
      expect(recording.history.decisive?.finished.elapsed).toBe(2000);
    });

    it('dates the change to the first failure of the streak, where the previous state ends', () => {
      const recording = new Recording(3);
      recording.follow('UP', 'UP', 'DOWN', 'DOWN');
      expect(recording.sinceSecond).toBe(1);
      const change = recording.record('DOWN');
      expect(recording.sinceSecond).toBe(3);
      expect(change).toMatchObject({ lasted: 2000, at: { elapsed: 5000 } });
    });
  });

  describe('successThreshold', () => {
    it('waits for enough passes in a row', () => {
      expect(new Recording(1, 2).follow('DOWN', 'UP', 'DOWN', 'UP', 'UP')).toStrictEqual([
        'DOWN',
        'DOWN',
        'DOWN',
        'DOWN',
        'UP',
      ]);
    });

    it('ends the outage with the first pass of the streak', () => {
      const recording = new Recording(1, 3);
      recording.follow('UP', 'DOWN', 'DOWN', 'UP', 'DEGRADED');
      expect(recording.record('UP')).toMatchObject({ to: 'UP', lasted: 2000 });
      expect(recording.sinceSecond).toBe(4);
    });
  });

  describe('the streaks', () => {
    it('count during the thresholds', () => {
      const recording = new Recording(3, 3);
      const counts = (['UP', 'DOWN', 'UNKNOWN', 'UP', 'DEGRADED', 'SKIPPED', 'DOWN'] as const).map((status) => {
        recording.record(status);
        return [recording.history.consecutiveFailures, recording.history.consecutiveSuccesses];
      });
      expect(counts).toStrictEqual([
        [0, 1],
        [1, 0],
        [2, 0],
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 0],
      ]);
    });
  });

  describe('the outage', () => {
    it('lasts from the first failure to the recovery, for failures of any kind', () => {
      const recording = new Recording();
      recording.follow('UP', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN', 'DOWN');
      expect(recording.record('UP')?.lasted).toBe(4000);
    });

    it('counts from the first result, if that is a failure', () => {
      const recording = new Recording();
      recording.follow('DOWN', 'OUT_OF_SERVICE');
      expect(recording.record('DEGRADED')?.lasted).toBe(2000);
    });

    it('reports the duration of the last state on a change within the outage', () => {
      const recording = new Recording();
      recording.follow('UP', 'DOWN', 'DOWN', 'OUT_OF_SERVICE');
      expect(recording.record('DOWN')?.lasted).toBe(1000);
      expect(recording.sinceSecond).toBe(5);
    });

    it('counts each outage separately', () => {
      const recording = new Recording();
      recording.follow('DOWN', 'DOWN', 'DOWN', 'UP', 'DOWN', 'UNKNOWN');
      expect(recording.record('UP')?.lasted).toBe(2000);
    });

    it('counts from the first failure that a threshold held back', () => {
      const recording = new Recording(2, 2);
      recording.follow('UP', 'DOWN', 'DOWN', 'OUT_OF_SERVICE', 'UP');
      expect(recording.record('UP')?.lasted).toBe(3000);
    });

    it('is not used for a change between passing statuses, which has the duration of the last state', () => {
      const recording = new Recording();
      recording.follow('DOWN', 'UP', 'UP', 'UP');
      expect(recording.record('DEGRADED')?.lasted).toBe(3000);
      expect(recording.sinceSecond).toBe(5);
    });
  });

  describe('SKIPPED', () => {
    it('takes effect at once, and so does the next result', () => {
      expect(new Recording(3, 3).follow('UP', 'SKIPPED', 'DOWN', 'SKIPPED', 'UP')).toStrictEqual([
        'UP',
        'SKIPPED',
        'DOWN',
        'SKIPPED',
        'UP',
      ]);
    });
  });
});
