import type { FleetEntry } from './fleet-entry.js';

/** The last entry of an instance. Times are on the monotonic clock of this process. */
export interface KnownInstance {
  readonly entry: FleetEntry;
  readonly phaseSince: number;
  readonly readySince: number;
  /** Undefined: `live` is UP, or not known. */
  readonly liveSince: number | undefined;
  /** Since when the indicators that are not UP have their statuses. Undefined: none, or not known. */
  readonly checksSince: ReadonlyMap<string, number> | undefined;
  /** The instance has written since this process began to watch. Otherwise its entry may be stale. */
  readonly isAlive: boolean;
  lastSeen: number;
}

/** Number of missed heartbeats after which an instance is lost. */
export const HEARTBEATS_MISSED = 3;
/** Milliseconds. Messages of the store are delayed by less than this. */
const LONGEST_DELAY = 2000;

/** A snapshot repeats known entries. It does not prove that the instance is alive. */
export function knownFrom(
  entry: FleetEntry,
  earlier: KnownInstance | undefined,
  now: number,
  isSnapshot: boolean,
): KnownInstance {
  const isSameBoot = earlier?.entry.boot === entry.boot;
  const isNews = !isSnapshot || !isSameBoot || earlier.entry.beat !== entry.beat;
  const lastSeen = isNews ? now : earlier.lastSeen;
  const before = isSameBoot ? earlier : undefined;
  const { liveFor } = entry;
  return {
    entry,
    lastSeen,
    phaseSince: beginOf(lastSeen - entry.phaseFor, before?.entry.phase === entry.phase ? before.phaseSince : undefined),
    readySince: beginOf(lastSeen - entry.readyFor, before?.entry.ready === entry.ready ? before.readySince : undefined),
    liveSince:
      liveFor === undefined
        ? undefined
        : beginOf(lastSeen - liveFor, before?.entry.live === entry.live ? before?.liveSince : undefined),
    checksSince: checksSinceOf(entry, before, lastSeen),
    isAlive: !isSnapshot || (isNews && earlier !== undefined) || earlier?.isAlive === true,
  };
}

function checksSinceOf(
  { checks, checksFor }: FleetEntry,
  before: KnownInstance | undefined,
  lastSeen: number,
): ReadonlyMap<string, number> | undefined {
  if (!checksFor) return undefined;
  return new Map(
    Object.entries(checksFor).map(([name, lasted]) => {
      const isUnchanged = before?.entry.checks[name] === checks[name];
      return [name, beginOf(lastSeen - lasted, isUnchanged ? before?.checksSince?.get(name) : undefined)];
    }),
  );
}

/** Start of a state. Of several reports the earliest counts, because a delayed message makes the start appear later. */
function beginOf(begin: number, earlier: number | undefined): number {
  return earlier !== undefined && Math.abs(begin - earlier) < LONGEST_DELAY ? earlier : begin;
}

/** Whether an entry is a heartbeat without a change. */
export function isRepeated(earlier: KnownInstance, known: KnownInstance | undefined): boolean {
  if (!known || known.lastSeen - earlier.lastSeen > HEARTBEATS_MISSED * earlier.entry.heartbeat) return false;
  if (known.phaseSince !== earlier.phaseSince || known.readySince !== earlier.readySince) return false;
  if (known.liveSince !== earlier.liveSince || !areEqual(known.checksSince, earlier.checksSince)) return false;
  return isEqual(known.entry, earlier.entry);
}

function areEqual(one?: ReadonlyMap<string, number>, other?: ReadonlyMap<string, number>): boolean {
  if (one?.size !== other?.size) return false;
  return [...(one ?? [])].every(([name, since]) => other?.get(name) === since);
}

/** Whether two entries are equal, except for the fields that change with each heartbeat. */
function isEqual(one: FleetEntry, other: FleetEntry): boolean {
  const names = Object.keys(one.checks);
  return (
    one.boot === other.boot &&
    one.phase === other.phase &&
    one.ready === other.ready &&
    one.live === other.live &&
    one.version === other.version &&
    one.commit === other.commit &&
    names.length === Object.keys(other.checks).length &&
    names.every((name) => one.checks[name] === other.checks[name]) &&
    (one.dependsOn ?? []).join('\n') === (other.dependsOn ?? []).join('\n')
  );
}
