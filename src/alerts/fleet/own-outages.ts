import { elapsed } from '../../core/moment.js';
import type { Alert, AlertSubject } from '../alert.js';
import { keyOf } from '../alert-tracker.js';
import type { Incident } from './incident.js';
import { MOST_OUTAGES, type NotedOutage } from './instance-note.js';

/** Milliseconds for which the end of an outage is noted. */
const SHOWN_AFTER_END = 90_000;

/** How the message about an outage was sent. `waiting`: not yet. `fleet`: for all instances. `alone`: by this instance. */
type Notifier = 'waiting' | 'fleet' | 'alone';

interface OwnOutage {
  readonly alert: Alert;
  notifiedBy: Notifier;
  /** Milliseconds for which no instance has been able to send the message for all. */
  waited: number;
  over: Alert | undefined;
}

/** The outages of this instance whose debounce has passed. */
export class OwnOutages {
  readonly #outages = new Map<string, OwnOutage>();
  readonly #sendAlone: (alert: Alert) => void;

  constructor(sendAlone: (alert: Alert) => void) {
    this.#sendAlone = sendAlone;
  }

  add(alert: Alert): void {
    const key = keyOf(alert.subject);
    const known = this.#outages.get(key);
    if (alert.event === 'down') {
      // An outage about which no message was sent continues.
      if (known?.over && known.notifiedBy === 'waiting') known.over = undefined;
      else this.#outages.set(key, { alert, notifiedBy: 'waiting', waited: 0, over: undefined });
      return;
    }
    // The outage began before this channel joined the fleet, so this instance has sent its message.
    if (!known || known.over) return this.#sendAlone(alert);
    known.over = alert;
    if (known.notifiedBy === 'alone') this.#sendAlone(alert);
  }

  /** Whether there is no outage to follow. */
  get isEmpty(): boolean {
    return this.#outages.size === 0;
  }

  /** Messages about lasting outages that this instance has sent itself. */
  get alone(): readonly Alert[] {
    return [...this.#outages.values()].flatMap(({ notifiedBy, over, alert }) =>
      notifiedBy === 'alone' && !over ? [alert] : [],
    );
  }

  /**
   * Compares with the incidents of the fleet, and sends the messages that no instance can send for all. `passed`:
   * milliseconds without a sender since the last call; 0: there is one. Returns whether the note has to be written.
   */
  compare(incidentOf: (subject: AlertSubject) => Incident | undefined, passed: number, timeLimit: number): boolean {
    let hasChanged = false;
    for (const [key, own] of this.#outages) {
      const before = own.notifiedBy;
      const isOpen = incidentOf(own.alert.subject)?.isOpen === true;
      // Without a sender, an incident that this instance knows may have ended long ago.
      if (own.notifiedBy === 'waiting' && isOpen && passed === 0) own.notifiedBy = 'fleet';
      // The incident has ended for the fleet. An outage of this instance that lasts needs a new message.
      if (own.notifiedBy === 'fleet' && !isOpen && !own.over) own.notifiedBy = 'waiting';
      own.waited = own.notifiedBy === 'waiting' ? own.waited + passed : 0;
      if (own.notifiedBy === 'waiting' && own.waited > timeLimit) this.#notifyAlone(own);
      hasChanged ||= own.notifiedBy !== before;
      if (own.over && own.notifiedBy !== 'waiting' && elapsed() - own.over.at.elapsed > SHOWN_AFTER_END) {
        this.#outages.delete(key);
        hasChanged = true;
      }
    }
    return hasChanged;
  }

  /** Sends the waiting messages, because this instance stops and no other one can send them. */
  giveUp(): void {
    for (const own of this.#outages.values()) {
      if (own.notifiedBy === 'waiting') this.#notifyAlone(own);
    }
  }

  #notifyAlone(own: OwnOutage): void {
    own.notifiedBy = 'alone';
    this.#sendAlone(own.alert);
    if (own.over) this.#sendAlone(own.over);
  }

  /** The outages for the note. An outage counts as lasting until a message was sent about it. */
  get noted(): readonly NotedOutage[] {
    const now = elapsed();
    const all = [...this.#outages.values()].map(({ alert, notifiedBy, over }): NotedOutage => {
      const end = notifiedBy === 'waiting' ? undefined : over;
      const { status, critical, error, code } = end ?? alert;
      return {
        subject: alert.subject,
        isOver: end !== undefined,
        isAlone: notifiedBy === 'alone',
        status,
        critical,
        ...(error !== undefined && { error }),
        ...(code !== undefined && { code }),
        age: now - alert.since.elapsed,
        overFor: end ? Math.max(0, now - end.at.elapsed) : 0,
      };
    });
    // The lasting ones come first, because the list is cut off, and an incident must not end while one of them lasts.
    return [...all.filter(({ isOver }) => !isOver), ...all.filter(({ isOver }) => isOver)].slice(0, MOST_OUTAGES);
  }
}
