import { createHash } from 'node:crypto';
import { elapsed } from '../../core/moment.js';
import type { AlertSubject } from '../alert.js';
import { keyOf } from '../alert-tracker.js';
import type { InstanceOutage } from './affected.js';
import { type Incident, RECORD_KEPT, isNewer, readIncident } from './incident.js';
import { type InstanceNote, readInstanceNote } from './instance-note.js';

/** The most notes, and the most incidents, that are kept in memory. */
const MOST = 10_000;
const NOTE = 'note-';
const RECORD = 'record-';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/** The name under which an instance writes its outages. */
export const noteNameOf = (instance: string): string => `${NOTE}${hashOf(instance)}`;
/** The name under which the incident of a subject is written. */
export const recordNameOf = (subject: AlertSubject): string => `${RECORD}${hashOf(keyOf(subject))}`;

/** The outages of all instances that this instance knows, and the messages that were sent about them. */
export class IncidentRegistry {
  readonly #notes = new Map<
    string,
    { readonly text: string; readonly note: InstanceNote; readonly lastSeen: number }
  >();
  readonly #incidents = new Map<string, { incident: Incident; lastSeen: number }>();

  /** Replaces the notes. Incidents are kept: a store that has lost its data does not end them. */
  replace(texts: ReadonlyMap<string, string>): void {
    for (const name of this.#notes.keys()) if (!texts.has(name)) this.#notes.delete(name);
    for (const known of this.#incidents.values()) known.lastSeen = elapsed();
    for (const [name, text] of texts) this.receive(name, text, true);
  }

  receive(name: string, text: string, isOld = false): void {
    const now = elapsed();
    if (name.startsWith(NOTE)) {
      const note = readInstanceNote(text);
      // A snapshot repeats known notes. The ages in a note count from the time of its writing, so the first reception is kept.
      if (isOld && this.#notes.get(name)?.text === text) return;
      if (!note) this.#notes.delete(name);
      else if (this.#notes.size < MOST || this.#notes.has(name)) this.#notes.set(name, { text, note, lastSeen: now });
    } else if (name.startsWith(RECORD)) {
      const incident = readIncident(text, now, isOld);
      if (incident && recordNameOf(incident.subject) === name) this.record(incident);
    }
  }

  forget(name: string): void {
    this.#notes.delete(name);
  }

  /** Keeps an incident unless a newer one is known. */
  record(incident: Incident): void {
    const key = keyOf(incident.subject);
    const known = this.#incidents.get(key);
    if (known && !isNewer(incident, known.incident)) return;
    if (!known && this.#incidents.size >= MOST) return;
    // The beginning that was known first is kept.
    const since = known?.incident.round === incident.round ? known.incident.since : incident.since;
    this.#incidents.set(key, { incident: { ...incident, since }, lastSeen: elapsed() });
  }

  of(subject: AlertSubject): Incident | undefined {
    return this.#incidents.get(keyOf(subject))?.incident;
  }

  get open(): readonly Incident[] {
    return [...this.#incidents.values()].map(({ incident }) => incident).filter(({ isOpen }) => isOpen);
  }

  /** Forgets incidents that no instance has written for `RECORD_KEPT`: all of them were stopped. */
  expire(): void {
    for (const [key, { lastSeen }] of this.#incidents)
      if (elapsed() - lastSeen > RECORD_KEPT) this.#incidents.delete(key);
  }

  /** The outages of all instances, by the key of their subject. */
  outages(): ReadonlyMap<string, readonly [InstanceOutage, ...InstanceOutage[]]> {
    const bySubject = new Map<string, [InstanceOutage, ...InstanceOutage[]]>();
    for (const { note, lastSeen } of this.#notes.values()) {
      for (const outage of note.outages) {
        const endedAt = outage.isOver ? lastSeen - outage.overFor : undefined;
        const added = { instance: note.instance, outage, since: lastSeen - outage.age, endedAt };
        const key = keyOf(outage.subject);
        const outages = bySubject.get(key);
        if (outages) outages.push(added);
        else bySubject.set(key, [added]);
      }
    }
    return bySubject;
  }
}
