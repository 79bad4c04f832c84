import type { FleetEntry, WrittenPhase } from './fleet-entry.js';
import type { FleetInstance } from './fleet-instance.js';

/** The last entry of an instance, and its state while it is not silent. */
export interface KnownInstance extends FleetInstance {
  readonly phase: WrittenPhase;
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
    phase: entry.phase,
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
  const known = before?.checksSince;
  const begins = new Map<string, number>();
  for (const name of Object.keys(checksFor)) {
    const isUnchanged = before?.entry.checks[name] === checks[name];
    begins.set(name, beginOf(lastSeen - (checksFor[name] ?? 0), isUnchanged ? known?.get(name) : undefined));
  }
  return areEqual(begins, known) ? known : begins;
}

function areEqual(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number> | undefined): boolean {
  if (one.size !== other?.size) return false;
  for (const [name, since] of one) if (other.get(name) !== since) return false;
  return true;
}

/** Start of a state. Of several reports the earliest counts, because a delayed message makes the start appear later. */
function beginOf(begin: number, earlier: number | undefined): number {
  return earlier !== undefined && Math.abs(begin - earlier) < LONGEST_DELAY ? earlier : begin;
}

/** Whether an entry is a heartbeat without a change. `known` was made of `earlier`, so what is equal in both is the same. */
export function isRepeated(earlier: KnownInstance, known: KnownInstance): boolean {
  const { entry: before } = earlier;
  const { entry } = known;
  return (
    known.lastSeen - earlier.lastSeen <= HEARTBEATS_MISSED * before.heartbeat &&
    known.phaseSince === earlier.phaseSince &&
    known.readySince === earlier.readySince &&
    known.liveSince === earlier.liveSince &&
    known.checksSince === earlier.checksSince &&
    entry.boot === before.boot &&
    entry.phase === before.phase &&
    entry.ready === before.ready &&
    entry.live === before.live &&
    entry.version === before.version &&
    entry.commit === before.commit &&
    entry.checks === before.checks &&
    entry.dependsOn === before.dependsOn
  );
}
