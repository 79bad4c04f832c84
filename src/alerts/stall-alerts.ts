import { elapsed } from '../core/moment.js';
import { HealthStatus } from '../core/status.js';
import type { EventLoopStall } from '../extension/event-loop-stall.js';
import type { Alert } from './alert.js';

/** Milliseconds between two messages. An application that stalls repeatedly has one cause, not many. */
const PAUSE = 10 * 60_000;

/** Makes a message of a stall of the event loop. Stalls soon after a message are counted, and the next message says how many. */
export class StallAlerts {
  readonly #send: (alert: Alert) => void;
  #notBefore = -Infinity;
  #omitted = 0;

  constructor(send: (alert: Alert) => void) {
    this.#send = send;
  }

  record({ startedAt, duration, description }: EventLoopStall): void {
    const now = elapsed();
    if (now < this.#notBefore) {
      this.#omitted += 1;
      return;
    }
    const more = this.#omitted === 0 ? '' : `, and ${this.#omitted} more since the last message`;
    this.#notBefore = now + PAUSE;
    this.#omitted = 0;
    const start = startedAt.getTime();
    this.#send({
      event: 'stall',
      subject: { kind: 'process', name: 'event loop' },
      status: HealthStatus.DEGRADED,
      critical: false,
      error: description + more,
      since: { elapsed: now - duration, wall: start },
      at: { elapsed: now, wall: start + duration },
      duration,
    });
  }
}
