import { type HealthStatus, needsAttention } from '../core/status.js';
import { type Begun, begunOf } from './begun.js';

/** Since when the indicators of this instance that are not UP have their statuses. Times are on the monotonic clock. */
export class AttentionSince {
  #begun = new Map<string, Begun<HealthStatus>>();

  /** Records a change when it happens. Several changes before the next `update()` would otherwise be seen as none. */
  record(indicator: string, is: HealthStatus, since: number): void {
    this.#begun.set(indicator, { is, since });
  }

  /** The beginnings of the current statuses, by indicator. All other indicators are forgotten. */
  update(checks: Readonly<Record<string, HealthStatus>>, now: number): ReadonlyMap<string, number> {
    const begun = new Map<string, Begun<HealthStatus>>();
    for (const [name, status] of Object.entries(checks)) {
      if (needsAttention(status)) begun.set(name, begunOf(this.#begun.get(name), status, now));
    }
    this.#begun = begun;
    return new Map([...begun].map(([name, { since }]) => [name, since]));
  }
}
