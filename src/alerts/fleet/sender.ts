import { elapsed, moment, momentOf } from '../../core/moment.js';
import { HealthStatus } from '../../core/status.js';
import type { FleetPeer, FleetTopic } from '../../extension/fleet-link.js';
import type { Alert, AlertSubject } from '../alert.js';
import { keyOf } from '../alert-tracker.js';
import type { DeliveryEnd } from '../delivery.js';
import { type InstanceOutage, affectedBy, mergeAffected, worstOf } from './affected.js';
import type { FleetChannelSettings } from './fleet-channel-settings.js';
import type { IncidentRegistry } from './incident-registry.js';
import { type Incident, RECORD_KEPT, alertOf } from './incident.js';
import { SenderLease } from './sender-lease.js';

/** Milliseconds between the first outage of an instance and the message, in which further instances report theirs. */
const COLLECTION_TIME = 3000;
/** Milliseconds between two writes of an incident whose number of instances grows. */
const GROWTH_PERIOD = 4000;
/** Milliseconds after the start of a connection within which all instances write their outages again. */
const SETTLING_TIME = 15_000;
/** Milliseconds for which an instance whose delivery failed leaves the message to other instances. */
const ABSTENTION_TIME = 600_000;

export interface SenderSettings extends Pick<FleetChannelSettings, 'link' | 'bad' | 'ownStatus' | 'deliver'> {
  readonly incidents: IncidentRegistry;
  readonly topic: FleetTopic;
  /** Writes the incident of a subject into the store. */
  readonly save: (subject: AlertSubject) => void;
}

/** Sends the messages for all instances, while this instance has the lease. */
export class Sender {
  readonly #settings: SenderSettings;
  readonly #bad: ReadonlySet<HealthStatus>;
  readonly #lease: SenderLease;
  #connectedAt: number | undefined;
  /** By subject: since when outages are collected. */
  readonly #collecting = new Map<string, number>();
  readonly #sending = new Set<string>();
  /** By subject: until when other instances send the message. */
  readonly #abstainsUntil = new Map<string, number>();
  readonly #savedAt = new Map<string, number>();
  #isRetired = false;
  #isStopped = false;

  constructor(settings: SenderSettings) {
    this.#settings = settings;
    this.#bad = new Set(settings.bad);
    const { topic, link } = settings;
    this.#lease = new SenderLease({ topic, instance: link.instance, taken: () => this.act() });
  }

  connected(): void {
    this.#connectedAt = elapsed();
    // The store may have lost its data.
    this.#lease.connected();
    this.#savedAt.clear();
  }

  disconnected(): void {
    this.#connectedAt = undefined;
  }

  receive(name: string, text: string): void {
    this.#lease.receive(name, text);
  }

  retire(): void {
    this.#isRetired = true;
  }

  /** Whether an instance sends: this one, or another one whose note is recent. */
  get hasSender(): boolean {
    return this.#lease.hasSender;
  }

  get isIdle(): boolean {
    return (
      !this.#lease.isHeld &&
      this.#sending.size === 0 &&
      this.#tasks().length === 0 &&
      this.#settings.incidents.open.length === 0
    );
  }

  /** The messages about the incidents that last, if this instance is the sender. */
  get open(): readonly Alert[] {
    if (!this.#lease.isHeld) return [];
    const now = moment();
    return this.#settings.incidents.open
      .filter(({ subject }) => !this.#sending.has(keyOf(subject)))
      .map((incident) => alertOf(incident, now));
  }

  /** Performs the tasks that are due. Call it at each tick. */
  act(): void {
    if (this.#isStopped || this.#connectedAt === undefined) return;
    const tasks = this.#tasks();
    if (tasks.length === 0 || (this.#isRetired && this.#hasSuccessor())) {
      if (this.#sending.size === 0) this.#resign();
      return;
    }
    if (!this.#lease.isHeld) {
      this.#collecting.clear();
      return this.#lease.claim();
    }
    this.#lease.beat();
    const peers = this.#settings.topic.instances();
    for (const task of tasks) task(peers);
  }

  /** Gives the lease back. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#lease.stop();
  }

  /** The open tasks of a sender: an outage without a message, or an incident that has not ended. */
  #tasks(): ((peers: readonly FleetPeer[] | undefined) => void)[] {
    const { incidents } = this.#settings;
    const outages = incidents.outages();
    const tasks: ((peers: readonly FleetPeer[] | undefined) => void)[] = [];
    const collected = new Set<string>();
    for (const [key, all] of outages) {
      const lasting = all.filter(({ endedAt }) => endedAt === undefined);
      const [first, ...others] = lasting;
      if (!first || this.#isAbstaining(key)) continue;
      const incident = incidents.of(first.outage.subject);
      if (incident?.isOpen) tasks.push((peers) => this.#continue(incident, [first, ...others], peers));
      else if (lasting.some(({ outage }) => !outage.isAlone)) {
        collected.add(key);
        tasks.push((peers) => this.#announce(key, [first, ...others], peers));
      }
    }
    for (const key of this.#collecting.keys()) if (!collected.has(key)) this.#collecting.delete(key);
    for (const incident of incidents.open) {
      const key = keyOf(incident.subject);
      const all = outages.get(key) ?? [];
      if (this.#isAbstaining(key) || all.some(({ endedAt }) => endedAt === undefined)) continue;
      tasks.push(() => this.#end(key, incident, all));
    }
    return tasks;
  }

  #announce(
    key: string,
    outages: readonly [InstanceOutage, ...InstanceOutage[]],
    peers: readonly FleetPeer[] | undefined,
  ): void {
    const now = elapsed();
    const since = this.#collecting.get(key) ?? now;
    this.#collecting.set(key, since);
    if (this.#sending.has(key) || now - since < COLLECTION_TIME) return;
    const [{ outage }] = outages;
    const { subject } = outage;
    const instances = affectedBy(subject, this.#bad, outages, peers);
    const began = Math.min(...outages.map(({ since: own }) => own));
    const incident: Incident = {
      ...worstOf(outages),
      subject,
      round: (this.#settings.incidents.of(subject)?.round ?? 0) + 1,
      isOpen: true,
      since: momentOf(began, moment()),
      edition: 1,
      announced: instances.affected,
      ...instances,
    };
    this.#send(key, alertOf(incident, moment()), incident);
  }

  /**
   * Counts the affected instances. One more message is sent when an outage of few instances affects at least half of all, and more
   * than twice as many as were announced.
   */
  #continue(
    incident: Incident,
    outages: readonly [InstanceOutage, ...InstanceOutage[]],
    peers: readonly FleetPeer[] | undefined,
  ): void {
    const { incidents, save } = this.#settings;
    const { subject, announced, edition } = incident;
    const key = keyOf(subject);
    if (this.#sending.has(key)) return;
    const now = affectedBy(subject, this.#bad, outages, peers);
    const all = mergeAffected(now, incident);
    const half = (now.total ?? Infinity) / 2;
    const next: Incident = { ...incident, ...worstOf(outages), ...all };
    const isShared = edition === 1 && announced < half && now.affected >= half && now.affected > 2 * announced;
    if (isShared) {
      const grown = { ...next, ...now, edition: 2, announced: now.affected };
      return this.#send(key, alertOf(grown, moment()), { ...grown, ...all });
    }
    const hasGrown = all.affected !== incident.affected || all.total !== incident.total;
    if (hasGrown) incidents.record(next);
    const pause = hasGrown ? GROWTH_PERIOD : RECORD_KEPT / 6;
    if (elapsed() - (this.#savedAt.get(key) ?? -Infinity) < pause) return;
    this.#savedAt.set(key, elapsed());
    save(subject);
  }

  /** No instance reports the outage any more. */
  #end(key: string, incident: Incident, ended: readonly InstanceOutage[]): void {
    const { subject, since } = incident;
    if (this.#sending.has(key) || elapsed() - (this.#connectedAt ?? Infinity) < SETTLING_TIME) return;
    // The status of this instance may be bad before its debounce has passed, or unknown before its first run.
    const here = this.#settings.ownStatus(subject);
    if (here !== undefined && (this.#bad.has(here) || here === HealthStatus.UNKNOWN)) return;
    const last = ended.reduce<InstanceOutage | undefined>(
      (latest, each) => ((each.endedAt ?? 0) > (latest?.endedAt ?? 0) ? each : latest),
      undefined,
    );
    const now = moment();
    const at = last?.endedAt === undefined ? now : momentOf(Math.max(last.endedAt, since.elapsed), now);
    const { error: _error, code: _code, ...alert } = alertOf(incident, at);
    const reason = last ? last.outage : { error: 'no instance reports the outage any more', code: undefined };
    const recovery: Alert = {
      ...alert,
      event: 'up',
      status: last?.outage.status ?? here ?? HealthStatus.UP,
      ...(reason.error !== undefined && { error: reason.error }),
      ...(reason.code !== undefined && { code: reason.code }),
      duration: at.elapsed - since.elapsed,
    };
    this.#send(key, recovery, { ...incident, isOpen: false });
  }

  /** Delivers a message, and writes the incident when it was delivered. */
  #send(key: string, alert: Alert, incident: Incident): void {
    const { deliver, incidents, save } = this.#settings;
    const before = incidents.of(incident.subject);
    this.#sending.add(key);
    deliver(alert, {
      // Another instance may have sent it while the receiver was unavailable.
      isDue: () => this.#lease.isHeld && hasSameMessages(incidents.of(incident.subject), before),
      ended: (end) => {
        this.#sending.delete(key);
        this.#collecting.delete(key);
        if (this.#isSettled(end)) {
          incidents.record(incident);
          this.#savedAt.set(key, elapsed());
          save(incident.subject);
        } else if (end === 'failed') {
          // Another instance may reach the receiver.
          this.#abstainsUntil.set(key, elapsed() + ABSTENTION_TIME);
        }
      },
    });
  }

  #isAbstaining(key: string): boolean {
    return (this.#abstainsUntil.get(key) ?? 0) > elapsed();
  }

  /** A refused message counts as settled, because the receiver would also refuse it from another instance. */
  #isSettled(end: DeliveryEnd): boolean {
    return end === 'delivered' || end === 'refused';
  }

  #resign(): void {
    this.#lease.wait();
    void this.#lease.release();
    this.#collecting.clear();
    this.#settings.topic.forgetInstances();
  }

  /** Whether another instance can take over. */
  #hasSuccessor(): boolean {
    const { topic, link } = this.#settings;
    return topic.instances()?.some(({ instance, isDraining }) => instance !== link.instance && !isDraining) ?? false;
  }
}

/** Whether the same messages were sent. */
function hasSameMessages(a: Incident | undefined, b: Incident | undefined): boolean {
  return a?.round === b?.round && a?.isOpen === b?.isOpen && a?.edition === b?.edition;
}
