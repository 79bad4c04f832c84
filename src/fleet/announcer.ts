import { randomUUID } from 'node:crypto';
import { flatDetails } from '../core/composite-detail.js';
import { elapsed } from '../core/moment.js';
import { reportedHealthIn } from '../core/reported-health.js';
import type { ServiceIdentity } from '../core/service-info.js';
import { shutdownSleep } from '../core/shutdown-clock.js';
import { HealthStatus, isFailing } from '../core/status.js';
import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { HealthStore } from '../stores/health-store.js';
import type { OwnInstance } from './roster.js';
import { type FleetEntry, MOST_CHECKS, MOST_DEPENDENCIES, type WrittenPhase, writeEntry } from './fleet-entry.js';

/** Minimum milliseconds between two writes. Changes in between are written together. */
const SHORTEST_GAP = 200;
/** Milliseconds for which the entry of an instance is kept, so that the page still shows lost instances. */
const KEPT = 3_600_000;
/** Milliseconds for which the entry of an instance that has left is kept. */
const KEPT_AFTER_LEAVING = 300_000;
/** Maximum milliseconds that the shutdown waits for the write of the phase `left`. */
const LEAVE_LIMIT = 500;

export interface AnnouncerSettings {
  readonly store: HealthStore;
  readonly key: string;
  readonly service: string;
  readonly instance: string;
  /** Milliseconds. */
  readonly heartbeat: number;
  readonly secret: string | undefined;
  readonly identity: ServiceIdentity;
  /** Called when the state of the instance may have changed. */
  readonly onChange: () => void;
  /** Called after each write. `failure`: the reason if the write failed. */
  readonly onWrite: (failure: string | undefined) => void;
  /**
   * Called with the reason of the first failure after a success. Called once more if the store responds later and refuses the
   * write. Called with undefined for the first success after a failure.
   */
  readonly onOutcome: (failure: string | undefined) => void;
}

/** Writes the state of this instance into the store at each change and at each heartbeat. */
export class Announcer {
  /** Differs for each start of the process. */
  readonly boot = randomUUID();
  readonly #settings: AnnouncerSettings;
  readonly #monitor: HealthMonitor;
  readonly #endpoints: Pick<HealthEndpoints, 'report'>;
  readonly #ends: (() => void)[] = [];
  /** Services by indicator. A dependency that does not respond reports no name, so the last name is kept. */
  readonly #dependencies = new Map<string, string>();
  #beat = 0;
  /** The status of `ready` in the latest write. */
  #announced: HealthStatus = HealthStatus.UNKNOWN;
  #phase: { readonly is: WrittenPhase; readonly since: number };
  #ready: { readonly is: HealthStatus; readonly since: number };
  #wasReady = false;
  #timer: NodeJS.Timeout | undefined;
  #gap: NodeJS.Timeout | undefined;
  #isWriting = false;
  /** Resolves at the end of the current write. */
  #written: Promise<void> = Promise.resolve();
  #isPending = false;
  #failure: string | undefined;
  #isRefusalNotified = false;
  #isStopped = false;

  constructor(settings: AnnouncerSettings, monitor: HealthMonitor, endpoints: Pick<HealthEndpoints, 'report'>) {
    this.#settings = settings;
    this.#monitor = monitor;
    this.#endpoints = endpoints;
    const since = elapsed();
    this.#phase = { is: monitor.state.phase, since };
    this.#ready = { is: HealthStatus.UNKNOWN, since };
  }

  start(): void {
    const changed = (): void => this.#changed();
    this.#ends.push(
      this.#monitor.onState(changed),
      this.#monitor.onChange(changed),
      this.#monitor.onProbeChange('ready', changed),
    );
    void this.#renew();
  }

  /**
   * Writes the phase `left` and waits for the write, because the process may end right after the shutdown. An unavailable store
   * must not delay the shutdown, so the wait is short, and it is skipped after a failure.
   */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#gap);
    for (const end of this.#ends.splice(0)) end();
    this.#phase = { is: 'left', since: elapsed() };
    const hadFailed = this.#failure !== undefined;
    // Write after the current write. Otherwise that write could reach the store later and replace the entry.
    const written = this.#written.then(() => this.#write(KEPT_AFTER_LEAVING));
    if (hadFailed) return;
    const end = new AbortController();
    void written.then(() => end.abort());
    await shutdownSleep(LEAVE_LIMIT, end.signal);
  }

  /** Renews the results of `ready` with each heartbeat, so that the written results are fresh even without a prober. */
  async #renew(): Promise<void> {
    this.#timer = setTimeout(() => void this.#renew(), this.#settings.heartbeat).unref();
    this.#changed();
    await this.#endpoints.report('ready').catch(() => undefined);
    if (!this.#isStopped && this.#hasReadyChanged()) this.#changed();
  }

  #hasReadyChanged(): boolean {
    return this.#monitor.peek('ready').status !== this.#announced;
  }

  /** Combines changes within a short time into one write. */
  #changed(): void {
    if (this.#isStopped) return;
    this.#settings.onChange();
    if (this.#gap || this.#isWriting) {
      this.#isPending = true;
      return;
    }
    this.#gap = setTimeout(() => this.#endGap(), SHORTEST_GAP).unref();
    this.#written = this.#write(KEPT);
  }

  #endGap(): void {
    this.#gap = undefined;
    this.#writePending();
  }

  #writePending(): void {
    if (!this.#isPending || this.#isWriting || this.#gap) return;
    this.#isPending = false;
    this.#changed();
  }

  async #write(expiresIn: number): Promise<void> {
    const { store, key, secret, onWrite, onOutcome } = this.#settings;
    this.#isWriting = true;
    try {
      await store.put(key, writeEntry(key, this.#describeNext(), secret), { expiresIn });
      const hasFailed = this.#failure !== undefined;
      this.#failure = undefined;
      this.#isRefusalNotified = false;
      onWrite(undefined);
      if (hasFailed) onOutcome(undefined);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isWriting = false;
      this.#writePending();
    }
  }

  /**
   * A store that was unavailable may respond again and refuse writes, for example because it is full. That reason is notified
   * too, because a person must act.
   */
  #fail(error: unknown): void {
    const before = this.#failure;
    this.#failure = error instanceof Error ? error.message : 'unknown';
    this.#settings.onWrite(this.#failure);
    const isLasting = before === this.#failure && !isUnavailable(error);
    if (before !== undefined && (!isLasting || this.#isRefusalNotified)) return;
    this.#isRefusalNotified = !isUnavailable(error);
    this.#settings.onOutcome(this.#failure);
  }

  /** The state to write. */
  #describeNext(): FleetEntry {
    this.#beat += 1;
    const entry = this.#describe();
    this.#announced = entry.ready;
    return entry;
  }

  /** The state of this instance, by its own memory. */
  own(): OwnInstance {
    return { entry: this.#describe(), phaseSince: this.#phase.since, readySince: this.#ready.since };
  }

  #describe(): FleetEntry {
    const { service, instance, heartbeat, identity } = this.#settings;
    const now = elapsed();
    const { phase } = this.#monitor.state;
    if (!this.#isStopped && phase !== this.#phase.is) this.#phase = { is: phase, since: now };
    const { status } = this.#monitor.peek('ready');
    if (status !== this.#ready.is) this.#ready = { is: status, since: now };
    if (status === HealthStatus.UP || status === HealthStatus.DEGRADED) this.#wasReady = true;
    return {
      service,
      instance,
      boot: this.boot,
      beat: this.#beat,
      heartbeat,
      version: identity.version,
      commit: identity.commit,
      phase: this.#phase.is,
      phaseFor: Math.round(now - this.#phase.since),
      ready: status,
      readyFor: Math.round(now - this.#ready.since),
      wasReady: this.#wasReady,
      checks: this.#checks(),
      dependsOn: this.#dependsOn(),
    };
  }

  #dependsOn(): readonly string[] | undefined {
    for (const [name, { data }] of Object.entries(this.#monitor.peek('deep').details)) {
      const service = reportedHealthIn(data)?.service;
      if (service !== undefined) this.#dependencies.set(name, service);
    }
    const services = new Set(this.#dependencies.values());
    services.delete(this.#settings.service);
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

/** Whether the store did not respond. Refusals of the store have different codes. */
function isUnavailable(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^E[A-Z]|UNAVAILABLE$/.test(code);
}
