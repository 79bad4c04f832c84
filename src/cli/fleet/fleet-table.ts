import type { HealthStatus } from '../../core/status.js';
import type { FleetMember, FleetReport, FleetService } from '../../fleet/fleet-report.js';
import { refusedOf } from '../../fleet/page/headline.js';
import { attentionOf, listedAttention, stateOf, stateSince } from '../../fleet/page/member-state.js';
import { serviceStatus } from '../../fleet/page/service-part.js';
import { duration } from '../status-table.js';
import { type Terminal, coloured, printable } from '../terminal.js';

interface Row {
  /** True: the text is a reason with its remedy, and must not be cut off. */
  readonly isUnshortened?: boolean;
  readonly name: string;
  readonly word: string;
  readonly status: HealthStatus;
  readonly text: string;
}

/** A service with more instances shows only those that need attention. */
const MOST_SHOWN = 20;
const LONGEST_TEXT = 120;
const INDENTATION = '  ';
/** Applications without `NODE_ENV` are in the environment `unknown`, and the tool shows `production` by default. */
const NONE_KNOWN = 'no instance is known: try another --environment, such as unknown';

/** The report of the fleet: a line for the fleet, and a block for each service with a line for each instance. */
export function fleetTable(report: FleetReport, terminal: Pick<Terminal, 'hasColours'>): string {
  const now = Date.parse(report.timestamp);
  const blocks = [[headOf(report)], ...report.services.map((service) => rowsOf(service, now))];
  const rows = blocks.flat();
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const wordWidth = Math.max(...rows.map(({ word }) => word.length));
  const line = ({ name, word, status, text, isUnshortened }: Row): string =>
    `${name.padEnd(nameWidth)}  ${coloured(word.padEnd(wordWidth), status, terminal)}  ${isUnshortened ? printable(text) : shorten(text)}`.trimEnd();
  return blocks.map((block) => block.map(line).join('\n')).join('\n\n');
}

function headOf(report: FleetReport): Row {
  const { environment, store, status, reason, services, refused } = report;
  const name = `fleet ${printable(environment)}`;
  if (!store.connected) {
    const text = store.error ?? `${store.name} has not responded`;
    return { name, word: 'UNKNOWN', status: 'UNKNOWN', text, isUnshortened: true };
  }
  const facts = [
    ...(reason === undefined ? [] : [reason]),
    ...(services.every(({ instances }) => instances.length === 0) ? [NONE_KNOWN] : []),
    ...(refused ? [refusedOf(report)] : []),
  ];
  return { name, word: status, status, text: [store.name, ...facts].join(', ') };
}

function rowsOf(service: FleetService, now: number): Row[] {
  const { instances, versions, ready, present, expected, failing, failing_more: unlisted } = service;
  const status = serviceStatus(service);
  const counts = [
    present > 0 ? `${ready} of ${present} ready` : instances.length > 0 ? 'none present' : 'none known',
    ...(expected === undefined ? [] : [`${expected} expected`]),
    ...attentionOf(instances),
    ...Object.entries(versions).map(([version, count]) => `${count} × ${version}`),
    ...Object.entries(failing).map(([name, count]) => `${name} fails at ${count}`),
    ...(unlisted === undefined ? [] : [`${unlisted} more indicators fail`]),
  ];
  const head: Row = { name: printable(service.service), word: status, status, text: counts.join(', ') };
  const ordered = instances.toSorted((one, other) => stateOf(one).rank - stateOf(other).rank);
  const shown =
    ordered.length > MOST_SHOWN ? ordered.filter((each) => stateOf(each).isOpen).slice(0, MOST_SHOWN) : ordered;
  const more = ordered.length - shown.length;
  const others: Row[] = more > 0 ? [{ name: `${INDENTATION}and ${more} more`, word: '', status: 'UP', text: '' }] : [];
  return [head, ...shown.map((member) => rowOf(member, now)), ...others];
}

function rowOf(member: FleetMember, now: number): Row {
  const { instance, version, attention_more: unlisted } = member;
  const attention = listedAttention(member);
  const { word, status } = stateOf(member);
  const facts = [
    lasted(stateSince(member), now),
    ...(version === undefined ? [] : [version]),
    ...attention.map(({ name, status: is, since }) =>
      since === undefined ? `${name} ${is}` : `${name} ${is} ${lasted(since, now)}`,
    ),
    ...(unlisted === undefined || attention.length === 0 ? [] : [`and ${unlisted} more`]),
  ];
  return { name: `${INDENTATION}${printable(instance)}`, word, status, text: facts.join(', ') };
}

const lasted = (since: string, now: number): string => `for ${duration(now - Date.parse(since))}`;

function shorten(text: string): string {
  const line = printable(text);
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 1)}…` : line;
}
