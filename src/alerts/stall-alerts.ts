import { elapsed } from '../core/moment.js';
import { HealthStatus } from '../core/status.js';
import type { EventLoopStall } from '../extension/event-loop-stall.js';
import { formatDuration } from '../logging/format-duration.js';
import type { Alert } from './alert.js';

/**
 * Milliseconds between two messages: an application that stalls repeatedly has one cause, not many. After the same time
 * without a stall, the alert ends.
 */
const PAUSE = 10 * 60_000;

/**
 * Makes messages of stalls of the event loop. Stalls soon after a message are counted, and the next message says how many.
 * When there has been no stall for a while, one message ends the alert.
 */
export class StallAlerts {
  readonly #send: (alert: Alert) => void;
  #notBefore = -Infinity;
  #omitted = 0;
  /** Ends of the first and the latest stall of the alert. Undefined: there is no open alert. */
  #open: { readonly since: Alert['since']; latest: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (alert: Alert) => void) {
    this.#send = send;
  }

  record({ startedAt, duration, description }: EventLoopStall): void {
    const now = elapsed();
    const start = startedAt.getTime();
    const since = { elapsed: now - duration, wall: start };
    this.#open = { since: this.#open?.since ?? since, latest: now };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), PAUSE);
    this.#timer.unref();
    if (now < this.#notBefore) {
      this.#omitted += 1;
      return;
    }
    const more = this.#omitted === 0 ? '' : `, and ${this.#omitted} more since the last message`;
    this.#notBefore = now + PAUSE;
    this.#omitted = 0;
    this.#send({
      event: 'stall',
      subject: { kind: 'process', name: 'event loop' },
      status: HealthStatus.DEGRADED,
      critical: false,
      error: description + more,
      since,
      at: { elapsed: now, wall: start + duration },
      duration,
    });
  }

  /** Ends the open alert, if there is one, and clears the timer. */
  end(): void {
    clearTimeout(this.#timer);
    if (!this.#open) return;
    const { since, latest } = this.#open;
    this.#open = undefined;
    const now = elapsed();
    this.#send({
      event: 'up',
      subject: { kind: 'process', name: 'event loop' },
      status: HealthStatus.UP,
      critical: false,
      error: `event loop not blocked for ${formatDuration(now - latest)}`,
      since,
      at: { elapsed: now, wall: since.wall + (now - since.elapsed) },
      duration: now - since.elapsed,
    });
  }
}
