import { createHash } from 'node:crypto';
import type { CheckRun } from '../core/check-history.js';
import { elapsed } from '../core/moment.js';
import type { SharedCall, SharedRuns } from '../core/shared-runs.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { HealthStore } from '../stores/health-store.js';
import { storeKey } from '../stores/store-key.js';
import { checkKey, serviceCollectionOf } from './collection.js';
import { CLOCK_ONLY, OutcomeCache } from './outcome-cache.js';
import { writeOutcome } from './outcome-entry.js';
import { SharedIndicator } from './shared-indicator.js';
import { ClockAnnouncer } from './clock-announcer.js';
import { reuseOrRun } from './reuse-or-run.js';

export interface FleetRunsSettings {
  readonly store: HealthStore;
  readonly environment: string;
  readonly service: string;
  /** Version and commit. */
  readonly release: string;
  readonly instance: string;
  readonly boot: string;
  readonly secret: string | undefined;
  /** Whether the store has refused or not received the last write of this instance. */
  readonly isStoreFailing: () => boolean;
  /** Receives a line for the log. */
  readonly warn: (line: string) => void;
}

/** Milliseconds. Longer than the pause between two writes: an entry that is gone shows that its instance has ended. */
const CLOCK_KEPT = 300_000;

/** The part of the monitor that shared runs need. */
type ObservedState = Pick<HealthMonitor, 'state' | 'onState' | 'onRemoved'>;

/** Runs each indicator with `scope: 'fleet'` on one instance of the service, and shares its outcomes with the others. */
export class FleetRuns implements SharedRuns {
  readonly #settings: FleetRunsSettings;
  readonly #outcomes: OutcomeCache;
  readonly #collection: string;
  readonly #clock = new ClockAnnouncer(() => this.#announceClock());
  readonly #indicators = new Map<string, SharedIndicator>();
  readonly #ends: readonly (() => void)[];
  /** True since the start of the drain: this instance runs no check for others. */
  #isRetired = false;
  #isStopped = false;

  constructor(settings: FleetRunsSettings, monitor: ObservedState) {
    this.#settings = settings;
    const { store, environment, service, release, boot, secret, isStoreFailing, warn } = settings;
    this.#collection = serviceCollectionOf('fleet-outcomes', environment, service);
    // The longest key of the collection.
    checkKey(this.#clockKey);
    this.#outcomes = new OutcomeCache({
      store,
      prefix: `${storeKey(this.#collection, service)}/`,
      service,
      release,
      boot,
      secret,
      isStoreFailing,
      onRefused: (because) => warn(`An outcome of another instance is refused: ${because}`),
      onFailure: (message) => warn(`Outcomes of the fleet: ${message}`),
      onTimed: (isExact) => {
        if (isExact) this.#clock.confirm();
        else this.#clock.announceSoon();
      },
      onArrived: (indicator) => this.#indicators.get(indicator)?.takeArrived(),
      onSuspected: (indicator) => this.#indicators.get(indicator)?.confirm(),
    });
    this.#ends = [
      monitor.onState(() => {
        if (monitor.state.phase === 'draining') this.#retire();
      }),
      monitor.onRemoved((indicator) => this.#forget(indicator)),
    ];
  }

  /** Starts to receive the outcomes of the others, so that they are known before the first run. */
  follow(): void {
    if (!this.#isStopped) this.#outcomes.follow();
  }

  reuseOrRun(call: SharedCall, check: () => unknown, onFault: (fault: unknown) => void): unknown {
    return reuseOrRun(call, () => (this.#isStopped ? undefined : this.#of(call.indicator).take(call)), check, onFault);
  }

  finished(indicator: string, run: CheckRun): void {
    if (!this.#isStopped) this.#indicators.get(indicator)?.finished(run);
  }

  /** Releases the leases. The shutdown does not wait for this. */
  stop(): void {
    this.#isStopped = true;
    const { store } = this.#settings;
    if (this.#clock.isStarted) store.remove(this.#clockKey).catch(() => undefined);
    this.#clock.stop();
    for (const end of this.#ends) end();
    this.#retire();
    this.#outcomes.close();
  }

  #forget(indicator: string): void {
    this.#indicators.get(indicator)?.retire();
    this.#indicators.delete(indicator);
    this.#outcomes.forget(indicator);
  }

  #retire(): void {
    this.#isRetired = true;
    for (const indicator of this.#indicators.values()) indicator.retire();
  }

  get #clockKey(): string {
    return storeKey(this.#collection, this.#settings.service, `clock-${this.#settings.boot}`);
  }

  /** So that the next outcome names this instance. */
  #announceClock(): void {
    const { store, service, release, instance, boot, secret } = this.#settings;
    const entry = {
      service,
      release,
      indicator: CLOCK_ONLY,
      instance,
      boot,
      clock: elapsed(),
      age: 0,
      status: 'UNKNOWN',
      message: undefined,
      error: undefined,
      code: undefined,
      isConfirmed: false,
      acknowledged: [],
    } as const;
    const key = this.#clockKey;
    store.put(key, writeOutcome(key, entry, secret), { expiresIn: CLOCK_KEPT }).catch(() => undefined);
  }

  #of(indicator: string): SharedIndicator {
    const known = this.#indicators.get(indicator);
    if (known) return known;
    this.follow();
    const { store, service, release, instance, boot, secret } = this.#settings;
    const added = new SharedIndicator({
      store,
      outcomes: this.#outcomes,
      key: storeKey(this.#collection, service, shortened(release, indicator)),
      subject: { service, release, indicator },
      instance,
      boot,
      secret,
      onIdle: () => this.#forget(indicator),
    });
    if (this.#isRetired) added.retire();
    this.#clock.start();
    this.#indicators.set(indicator, added);
    return added;
  }
}

/** A short hash for the key, because the names may be long. The entry contains the full names. */
function shortened(release: string, indicator: string): string {
  return createHash('sha256')
    .update(JSON.stringify([release, indicator]))
    .digest('hex')
    .slice(0, 32);
}
