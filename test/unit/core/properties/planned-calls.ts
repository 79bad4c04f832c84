import { degraded, down, outOfService, skipped, unknown, up } from '../../../../src/core/result.js';
import type { Behaviour, Ending } from './scenario.js';

const MALFORMED: readonly unknown[] = ['ok', null, 42, true, [], {}, { status: 'GREEN' }, { status: 'UP', message: 5 }];

function conclude(ending: Ending, turn: number): unknown {
  switch (ending) {
    case 'up':
      return up({ turn });
    case 'nothing':
      return undefined;
    case 'degraded':
      return degraded('so-so');
    case 'down':
      return down('no');
    case 'unknown':
      return unknown('who knows');
    case 'outOfService':
      return outOfService('maintenance');
    case 'skipped':
      return skipped('not here');
    case 'malformed':
      return MALFORMED[turn % MALFORMED.length];
    case 'throws':
      throw new Error('broken');
    default:
      return ending satisfies never;
  }
}

/** The time at which a call of a check ended, and at which its signal was aborted. */
export interface CallTimes {
  endedAt?: number;
  abortedAt?: number;
}

/** Calls of checks that behave as planned. Hanging calls end when the test ends them. */
export class PlannedCalls {
  readonly #pending = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** The timer function of the test clock, taken before a test replaces it to record the timers of the engine. */
  readonly #setTimeout = globalThis.setTimeout;

  /** Returns or throws as the check does. `turn` counts the calls of the check. Records the times in `times`. */
  make(behaviour: Behaviour, turn: number, signal: AbortSignal, times: CallTimes): unknown {
    signal.addEventListener('abort', () => (times.abortedAt = performance.now()));
    const end = (): unknown => {
      times.endedAt = performance.now();
      return conclude(behaviour.ending, turn);
    };
    if (behaviour.delay === 'sync') return end();
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (how: () => unknown): void => {
        if (!this.#pending.delete(finish)) return;
        if (timer) clearTimeout(timer);
        if (timer) this.#timers.delete(timer);
        try {
          resolve(how());
        } catch (error) {
          reject(error);
        }
      };
      const finish = (): void => settle(end);
      this.#pending.add(finish);
      if (behaviour.heedsAbort) {
        signal.addEventListener('abort', () =>
          settle(() => {
            times.endedAt = performance.now();
            throw signal.reason;
          }),
        );
      }
      if (behaviour.delay === 0) void Promise.resolve().then(finish);
      else if (behaviour.delay !== 'hanging') {
        timer = this.#setTimeout(finish, behaviour.delay as number);
        this.#timers.add(timer);
      }
    });
  }

  /** Ends every call in progress. */
  endAll(): void {
    for (const settle of this.#pending) settle();
  }

  /** Calls that wait for a timer stay pending from now on. */
  clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
