import { describe, expect, it } from 'vitest';
import { type Incident, isNewer, readIncident, writeIncident } from '../../../src/alerts/fleet/incident.js';
import { type InstanceNote, readInstanceNote, writeInstanceNote } from '../../../src/alerts/fleet/instance-note.js';
import { useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

const subject = { kind: 'indicator', name: 'payments' } as const;
const note: InstanceNote = {
  instance: 'orders-1',
  outages: [
    { subject, isOver: false, isAlone: false, status: 'DOWN', critical: true, error: 'gone', age: 5, overFor: 0 },
  ],
};
const incidentOf = (changed: Partial<Incident> = {}): Incident => ({
  subject,
  status: 'DOWN',
  critical: true,
  round: 1,
  isOpen: true,
  since: { elapsed: performance.now() - 5000, wall: Date.now() - 5000 },
  edition: 1,
  announced: 3,
  names: ['orders-1'],
  affected: 3,
  total: 5,
  ...changed,
});

describe('the note of an instance', () => {
  it('is read back unchanged, with bounded texts', () => {
    expect(readInstanceNote(writeInstanceNote(note))).toEqual(note);
    const [outage = expect.unreachable('the note has an outage')] = note.outages;
    const long = writeInstanceNote({
      ...note,
      outages: Array.from({ length: 80 }, () => ({ ...outage, error: 'x'.repeat(5000) })),
    });
    expect(long.length).toBeLessThan(40_000);
    expect(readInstanceNote(long)?.outages).toHaveLength(50);
  });

  it.each([
    ['no JSON', 'x'],
    ['no object', '[]'],
    ['no instance', '{"outages":[]}'],
    ['no list', '{"instance":"a","outages":{}}'],
    ['an outage that is no object', '{"instance":"a","outages":[1]}'],
    ['an unknown status', writeInstanceNote(note).replace('"DOWN"', '"BROKEN"')],
    ['an unknown subject', writeInstanceNote(note).replace('"indicator"', '"process"')],
    ['a negative age', writeInstanceNote(note).replace('"age":5', '"age":-5')],
  ])('is ignored with %s', (_title, text) => {
    expect(readInstanceNote(text)).toBeUndefined();
  });
});

describe('the record of an incident', () => {
  it('is read back unchanged, with its age', () => {
    const incident = incidentOf();
    const text = writeIncident(incident, performance.now());
    expect(readIncident(text, performance.now(), false)).toEqual(incident);
    // A minute later, in a process that has just started.
    const later = performance.now();
    expect(readIncident(text, later, true)?.since.elapsed).toBe(later - 5000);
  });

  it.each([
    ['no JSON', 'x'],
    ['no status', writeIncident(incidentOf(), 0).replace('"DOWN"', '1')],
    ['no time', '{}'],
    ['a malformed time', JSON.stringify({ ...incidentOf(), since: 'yesterday', age: 1 })],
    ['a malformed name', JSON.stringify({ ...incidentOf(), since: '2026-11-27', age: 1, names: [1] })],
    ['a malformed number', JSON.stringify({ ...incidentOf(), since: '2026-11-27', age: 1, round: '1' })],
  ])('is ignored with %s', (_title, text) => {
    expect(readIncident(text, 0, false)).toBeUndefined();
  });

  it('does not replace a newer record, and does not reopen an incident that has ended', () => {
    const open = incidentOf();
    expect(isNewer(open, undefined)).toBe(true);
    expect(isNewer(incidentOf({ isOpen: false }), open)).toBe(true);
    expect(isNewer(open, incidentOf({ isOpen: false }))).toBe(false);
    expect(isNewer(open, incidentOf({ edition: 2 }))).toBe(false);
    expect(isNewer(open, incidentOf({ round: 2 }))).toBe(false);
    expect(isNewer(incidentOf({ round: 2 }), incidentOf({ isOpen: false }))).toBe(true);
  });
});
