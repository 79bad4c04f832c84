import { flatDetails } from '../core/composite-detail.js';
import { elapsed } from '../core/moment.js';
import { reportedHealthIn } from '../core/reported-health.js';
import { HealthStatus, isFailing, needsAttention } from '../core/status.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { AttentionSince } from './attention-since.js';
import { type Begun, begunOf } from './begun.js';
import { type FleetEntry, MOST_CHECKS, MOST_DEPENDENCIES, type WrittenPhase } from './fleet-entry.js';
import { listAttention, sinceOfListed } from './listed-checks.js';
import type { OwnInstance } from './fleet-instance.js';

/** The fields of an entry that never change, or that change with each write. */
export type EntryFacts = Pick<
  FleetEntry,
  'service' | 'instance' | 'boot' | 'beat' | 'heartbeat' | 'version' | 'commit'
>;

/** The part of the monitor that the state needs. */
export type StateMonitor = Pick<HealthMonitor, 'state' | 'peek' | 'onChange' | 'onRemoved'>;

/** The state of this instance, by its own memory. Times are on the monotonic clock. */
export class OwnState {
  readonly #monitor: StateMonitor;
  readonly #attention = new AttentionSince();
  /** Services by indicator. A dependency that does not respond reports no name, so the last name is kept. */
  readonly #dependencies = new Map<string, string>();
  #phase: Begun<WrittenPhase>;
  #ready: Begun<HealthStatus>;
  /** Undefined while `live` is UP, or not known. */
  #live: Begun<HealthStatus | undefined>;
  #wasReady = false;

  constructor(monitor: StateMonitor) {
    this.#monitor = monitor;
    const since = elapsed();
    this.#phase = { is: monitor.state.phase, since };
    this.#ready = { is: HealthStatus.UNKNOWN, since };
    this.#live = { is: undefined, since };
  }

  /**
   * Records when indicators change, also between two calls of `describe()`, and forgets those that are removed. Returns the function
   * that stops this.
   */
  follow(): () => void {
    const ends = [
      this.#monitor.onChange(({ indicator, to }) => this.#attention.record(indicator, to, elapsed())),
      this.#monitor.onRemoved((indicator) => this.#dependencies.delete(indicator)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** From now on, the phase is `left`. */
  leave(): void {
    this.#phase = { is: 'left', since: elapsed() };
  }

  describe(facts: EntryFacts): OwnInstance {
    const now = elapsed();
    const { phase } = this.#monitor.state;
    if (this.#phase.is !== 'left') this.#phase = begunOf(this.#phase, phase, now);
    const { status: ready } = this.#monitor.peek('ready');
    this.#ready = begunOf(this.#ready, ready, now);
    if (ready === HealthStatus.UP || ready === HealthStatus.DEGRADED) this.#wasReady = true;
    const live = this.#liveStatus();
    this.#live = begunOf(this.#live, live, now);
    const checks = this.#checks();
    const checksSince = this.#attention.update(checks, now);
    const spanOf = (since: number): number => Math.round(now - since);
    return {
      entry: {
        ...facts,
        phase: this.#phase.is,
        phaseFor: spanOf(this.#phase.since),
        ready,
        readyFor: spanOf(this.#ready.since),
        wasReady: this.#wasReady,
        checks,
        checksFor: sinceOfListed(listAttention(checks), checksSince, spanOf),
        ...(live !== undefined && { live, liveFor: spanOf(this.#live.since) }),
        dependsOn: this.#dependsOn(facts.service),
      },
      phaseSince: this.#phase.since,
      readySince: this.#ready.since,
      liveSince: live === undefined ? undefined : this.#live.since,
      checksSince,
    };
  }

  /** Undefined: `live` is UP, or its indicators have not run because no prober requests `live`. */
  #liveStatus(): HealthStatus | undefined {
    const { status, reason, details } = this.#monitor.peek('live');
    const hasRun = [...flatDetails(details)].some(
      ([, detail]) => detail.checked_at !== undefined && needsAttention(detail.status),
    );
    return status !== HealthStatus.UP && (hasRun || reason !== undefined) ? status : undefined;
  }

  #dependsOn(own: string): readonly string[] | undefined {
    for (const [name, { data }] of Object.entries(this.#monitor.peek('deep').details)) {
      const service = reportedHealthIn(data)?.service;
      if (service !== undefined) this.#dependencies.set(name, service);
    }
    const services = new Set(this.#dependencies.values());
    services.delete(own);
    return services.size > 0 ? [...services].slice(0, MOST_DEPENDENCIES) : undefined;
  }

  /** The statuses of the indicators that have run. */
  #checks(): Readonly<Record<string, HealthStatus>> {
    // An indicator outside of `ready` may never run here. Its status is then unknown, and it must not count as failing.
    const all = [...flatDetails(this.#monitor.peek('deep').details)].flatMap(([name, { status, checked_at: at }]) =>
      at === undefined && status === HealthStatus.UNKNOWN ? [] : [[name, status] as const],
    );
    if (all.length <= MOST_CHECKS) return Object.fromEntries(all);
    const failing = all.filter(([, status]) => isFailing(status));
    const others = all.filter(([, status]) => !isFailing(status));
    return Object.fromEntries([...failing, ...others].slice(0, MOST_CHECKS));
  }
}
