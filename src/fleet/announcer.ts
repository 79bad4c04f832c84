import { randomUUID } from 'node:crypto';
import { neverThrows } from '../core/listeners.js';
import type { ServiceIdentity } from '../core/service-info.js';
import { shutdownElapsed, shutdownSleep } from '../core/shutdown-clock.js';
import { HealthStatus } from '../core/status.js';
import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { HealthStore } from '../stores/health-store.js';
import { type FleetEntry, writeEntry } from './fleet-entry.js';
import { OwnState } from './own-state.js';
import type { OwnInstance } from './fleet-instance.js';

/** Minimum milliseconds between two writes. Changes in between are written together. */
const SHORTEST_GAP = 200;
/** Milliseconds for which the entry of an instance is kept, so that the page still shows lost instances. */
const KEPT = 3_600_000;
/** Milliseconds for which the entry of an instance that has left is kept. */
const KEPT_AFTER_LEAVING = 300_000;
/** Maximum milliseconds that the shutdown waits for the write of the phase `left`, and for a write before it that has not ended. */
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
  readonly #state: OwnState;
  readonly #notifyOutcome: (failure: string | undefined) => void;
  #beat = 0;
  /** The status of `ready` in the latest write. */
  #announced: HealthStatus = HealthStatus.UNKNOWN;
  #timer: NodeJS.Timeout | undefined;
  #gap: NodeJS.Timeout | undefined;
  #isWriting = false;
  /** When the current write began, on the clock of the shutdown. */
  #writingSince = 0;
  /** Resolves at the end of the current write. */
  #written: Promise<void> = Promise.resolve();
  #isPending = false;
  #failure: string | undefined;
  #isRefusalNotified = false;
  #isAnnounced = false;
  #isStarted = false;
  #isStopped = false;

  constructor(settings: AnnouncerSettings, monitor: HealthMonitor, endpoints: Pick<HealthEndpoints, 'report'>) {
    this.#settings = settings;
    this.#monitor = monitor;
    this.#endpoints = endpoints;
    this.#state = new OwnState(monitor);
    // Nothing waits for a write, so a logger that throws would end the process by an unhandled rejection.
    this.#notifyOutcome = neverThrows((failure) => settings.onOutcome(failure));
  }

  /** Announces this instance while it starts. No check runs: the parts of the application that it needs may not exist yet. */
  announce(): void {
    if (this.#isAnnounced || this.#isStopped) return;
    this.#isAnnounced = true;
    const changed = (): void => this.#changed();
    this.#ends.push(
      // Before the listener that writes the change.
      this.#state.follow(),
      this.#monitor.onState(changed),
      this.#monitor.onChange(changed),
      this.#monitor.onProbeChange('ready', changed),
      this.#monitor.onProbeChange('live', changed),
    );
    this.#beatOnce();
  }

  /** From now on, each heartbeat renews the results of `ready`. */
  start(): void {
    this.announce();
    this.#isStarted = true;
    if (this.#beat === 0) this.#changed();
    // A failure that lasts is notified from now on.
    this.#failure = undefined;
    void this.#renew();
  }

  /**
   * Writes the phase `left` and waits for the write, because the process may end right after the shutdown. An unavailable store
   * must not delay the shutdown. So the wait is short, and it is skipped after a failure. The time for which an earlier write, such
   * as that of the phase `draining`, has not ended is a part of the wait.
   */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#gap);
    for (const end of this.#ends.splice(0)) end();
    // Nothing was announced.
    if (this.#beat === 0) return;
    this.#state.leave();
    const hadFailed = this.#failure !== undefined;
    const waited = this.#isWriting ? shutdownElapsed() - this.#writingSince : 0;
    // Write after the current write. Otherwise that write could reach the store later and replace the entry.
    const written = this.#written.then(() => this.#write(KEPT_AFTER_LEAVING));
    if (hadFailed) return;
    const end = new AbortController();
    void written.then(() => end.abort());
    await shutdownSleep(LEAVE_LIMIT - waited, end.signal);
  }

  /** Whether the last write has failed. */
  get isFailing(): boolean {
    return this.#failure !== undefined;
  }

  #beatOnce(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#beatOnce();
      if (this.#isStarted) void this.#renew();
    }, this.#settings.heartbeat).unref();
    this.#changed();
  }

  /** Renews the results of `ready` with each heartbeat, so that the written results are fresh even without a prober. */
  async #renew(): Promise<void> {
    await this.#endpoints.report('ready').catch(() => undefined);
    if (!this.#isStopped && this.#hasReadyChanged()) this.#changed();
  }

  #hasReadyChanged(): boolean {
    return this.#monitor.peek('ready').status !== this.#announced;
  }

  /**
   * Whether the store must not be used before the start: the application may connect its client in a hook of its own, and a
   * second `connect()` of a connecting client rejects.
   */
  get mustWait(): boolean {
    return !this.#isStarted && this.#settings.store.isUnconnected === true;
  }

  /** Combines changes within a short time into one write. */
  #changed(): void {
    if (this.#isStopped) return;
    this.#settings.onChange();
    if (this.mustWait) return;
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
    const { store, key, secret, onWrite } = this.#settings;
    this.#isWriting = true;
    this.#writingSince = shutdownElapsed();
    try {
      await store.put(key, writeEntry(key, this.#describeNext(), secret), { expiresIn });
      const hasFailed = this.#failure !== undefined;
      this.#failure = undefined;
      this.#isRefusalNotified = false;
      onWrite(undefined);
      if (hasFailed) this.#notifyOutcome(undefined);
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
    // The application may connect the client of the store while it starts.
    if (!this.#isStarted) return;
    const isLasting = before === this.#failure && !isUnavailable(error);
    if (before !== undefined && (!isLasting || this.#isRefusalNotified)) return;
    this.#isRefusalNotified = !isUnavailable(error);
    this.#notifyOutcome(this.#failure);
  }

  /** The state to write. */
  #describeNext(): FleetEntry {
    this.#beat += 1;
    const { entry } = this.own();
    this.#announced = entry.ready;
    return entry;
  }

  /** The state of this instance, by its own memory. */
  own(): OwnInstance {
    const { service, instance, heartbeat, identity } = this.#settings;
    const { version, commit } = identity;
    return this.#state.describe({ service, instance, boot: this.boot, beat: this.#beat, heartbeat, version, commit });
  }
}

/** Whether the store did not respond. Refusals of the store have different codes. */
function isUnavailable(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^E[A-Z]|UNAVAILABLE$/.test(code);
}
