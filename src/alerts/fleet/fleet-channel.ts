import { elapsed } from '../../core/moment.js';
import type { FleetTopic } from '../../extension/fleet-link.js';
import type { Alert, AlertSubject } from '../alert.js';
import type { FleetChannelSettings } from './fleet-channel-settings.js';
import { IncidentRegistry, noteNameOf, recordNameOf } from './incident-registry.js';
import { RECORD_KEPT, writeIncident } from './incident.js';
import { writeInstanceNote } from './instance-note.js';
import { OwnOutages } from './own-outages.js';
import { Sender } from './sender.js';

/** Milliseconds. */
const TICK = 500;
/** Milliseconds for which a note stays. An instance that has crashed or was replaced counts as affected for this time. */
const NOTE_KEPT = 90_000;
/** Milliseconds after which a note is written again. */
const NOTE_RENEWED = 30_000;
/** Milliseconds for which the store may be unavailable before each instance sends its own messages. */
const UNAVAILABLE_TIMEOUT = 5000;
/** Milliseconds without an instance that sends, after which an instance sends its own message. */
const SENDER_TIMEOUT = 30_000;

/**
 * The alerts of one target, once for all instances of the service. Each instance writes its outages into the store. One of
 * them, which has a lease while there are outages, sends one message for each incident, and one when the last instance is back.
 * When the store is unavailable, or no instance sends, each instance sends its own messages: no message is lost, and one may be
 * sent twice.
 */
export class FleetChannel {
  readonly #settings: FleetChannelSettings;
  readonly #topic: FleetTopic;
  readonly #incidents = new IncidentRegistry();
  readonly #own: OwnOutages;
  readonly #sender: Sender;
  #isConnected = false;
  /** Milliseconds for which the store has been unavailable, counted by ticks: the time in which the process was frozen does not count. */
  #unavailableFor = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Undefined: the note must be written. */
  #notedAt: number | undefined;
  #hasNote = false;
  #isWriting = false;
  readonly #unsaved = new Set<AlertSubject>();
  #isStopped = false;

  constructor(settings: FleetChannelSettings) {
    this.#settings = settings;
    const { link, topic, deliver } = settings;
    this.#own = new OwnOutages((alert) => deliver(alert));
    this.#topic = link.open(topic, {
      connected: () => this.#connect(),
      disconnected: () => {
        if (this.#isConnected) this.#recordSentMessages();
        this.#isConnected = false;
        this.#sender.disconnected();
        this.#schedule();
      },
      snapshot: (notes) => {
        this.#incidents.replace(notes);
        this.#schedule();
      },
      put: (name, text) => {
        this.#incidents.receive(name, text);
        this.#sender.receive(name, text);
        this.#schedule();
      },
      removed: (name) => {
        this.#incidents.forget(name);
        this.#schedule();
      },
    });
    this.#sender = new Sender({
      ...settings,
      incidents: this.#incidents,
      topic: this.#topic,
      save: (each) => this.#save(each),
    });
    // Until the first connection, the store is unavailable.
    this.#schedule();
  }

  /** An outage of this instance has begun or ended. */
  add(alert: Alert): void {
    this.#own.add(alert);
    this.#notedAt = undefined;
    this.#tick(0);
  }

  /** Messages about lasting outages that this instance sends again for receivers that let alerts expire. */
  get open(): readonly Alert[] {
    return [...this.#own.alone, ...this.#sender.open];
  }

  /** The drain has begun. */
  retire(): void {
    this.#sender.retire();
    this.#tick(0);
  }

  /** Call it before the delivery finishes: this instance sends the messages that no other instance can send. */
  finish(): void {
    this.#sender.retire();
    this.#tick(0);
    const others = this.#topic.instances()?.filter(({ instance }) => instance !== this.#settings.link.instance) ?? [];
    if (!this.#isConnected || others.length === 0) this.#own.giveUp();
  }

  /** Call it when the delivery has finished. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#sender.stop();
    this.#topic.close();
  }

  #connect(): void {
    this.#isConnected = true;
    this.#unavailableFor = 0;
    // The store may have lost the note.
    this.#notedAt = undefined;
    this.#sender.connected();
    this.#schedule();
  }

  /** Notes that arrive together cause one tick. */
  #schedule(): void {
    if (this.#isStopped || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tick(TICK);
    }, TICK);
    this.#timer.unref();
  }

  /** `passed`: milliseconds since the last one. */
  #tick(passed: number): void {
    if (this.#isStopped) return;
    this.#incidents.expire();
    if (!this.#isConnected) this.#unavailableFor += passed;
    const isUnavailable = !this.#isConnected && this.#unavailableFor >= UNAVAILABLE_TIMEOUT;
    const waited = this.#isConnected && this.#sender.hasSender ? 0 : Math.max(1, passed);
    this.#compare(isUnavailable ? Infinity : waited, isUnavailable ? 0 : SENDER_TIMEOUT);
    this.#writeNote();
    this.#saveAgain();
    this.#sender.act();
    const isIdle = this.#own.isEmpty && !this.#hasNote && this.#unsaved.size === 0 && this.#sender.isIdle;
    if (!isIdle || !this.#isConnected) this.#schedule();
  }

  /** A message that is known to be sent counts, also if the store is unavailable at the next tick. */
  #recordSentMessages(): void {
    if (this.#sender.hasSender) this.#compare(0, SENDER_TIMEOUT);
  }

  #compare(passed: number, timeLimit: number): void {
    const hasChanged = this.#own.compare((subject) => this.#incidents.of(subject), passed, timeLimit);
    if (hasChanged) this.#notedAt = undefined;
  }

  #writeNote(): void {
    const now = elapsed();
    if (this.#isWriting || !this.#isConnected) return;
    if (this.#notedAt !== undefined && now - this.#notedAt < NOTE_RENEWED) return;
    const { instance } = this.#settings.link;
    const outages = this.#own.noted;
    if (outages.length === 0 && !this.#hasNote) return;
    const text = writeInstanceNote({ instance, outages });
    this.#notedAt = now;
    this.#isWriting = true;
    this.#hasNote = outages.length > 0;
    this.#topic
      .put(noteNameOf(instance), text, NOTE_KEPT)
      .catch(() => {
        this.#notedAt = undefined;
        this.#hasNote = true;
      })
      .finally(() => {
        this.#isWriting = false;
      });
  }

  /** Writes the incident of a subject. A failed write is repeated. */
  #save(subject: AlertSubject): void {
    this.#recordSentMessages();
    const incident = this.#incidents.of(subject);
    this.#unsaved.delete(subject);
    if (!incident) return;
    this.#topic.put(recordNameOf(subject), writeIncident(incident, elapsed()), RECORD_KEPT).catch(() => {
      this.#unsaved.add(subject);
    });
  }

  #saveAgain(): void {
    if (!this.#isConnected) return;
    for (const subject of this.#unsaved) this.#save(subject);
  }
}
