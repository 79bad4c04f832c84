import { HealthStatus, isFailing } from '../../core/status.js';
import type { FleetMember } from '../fleet-report.js';
import { isPresent } from '../fleet-instance.js';

/** How the page describes the state of an instance. */
export interface MemberState {
  readonly word: string;
  /** Selects the icon and the colour. */
  readonly status: HealthStatus;
  /** Instances in this state are shown before those of the following states. */
  readonly rank: number;
  /** The group is shown open. */
  readonly isOpen: boolean;
}

const STATES = {
  lost: { word: 'Lost', status: HealthStatus.DOWN, rank: 0, isOpen: true },
  notLive: { word: 'Not live', status: HealthStatus.DOWN, rank: 1, isOpen: true },
  notReady: { word: 'Not ready', status: HealthStatus.DOWN, rank: 2, isOpen: true },
  refusing: { word: 'Refuses traffic', status: HealthStatus.OUT_OF_SERVICE, rank: 3, isOpen: true },
  draining: { word: 'Draining', status: HealthStatus.OUT_OF_SERVICE, rank: 4, isOpen: true },
  starting: { word: 'Starting', status: HealthStatus.UNKNOWN, rank: 5, isOpen: true },
  degraded: { word: 'Degraded', status: HealthStatus.DEGRADED, rank: 6, isOpen: true },
  ready: { word: 'Ready', status: HealthStatus.UP, rank: 7, isOpen: false },
  left: { word: 'Left', status: HealthStatus.SKIPPED, rank: 8, isOpen: false },
} as const satisfies Readonly<Record<string, MemberState>>;

export function stateOf({ phase, ready, live }: FleetMember): MemberState {
  if (phase !== 'accepting') return STATES[phase];
  if (live !== undefined && isFailing(live)) return STATES.notLive;
  if (isFailing(ready)) return STATES.notReady;
  return ready === HealthStatus.DEGRADED ? STATES.degraded : STATES.ready;
}

/** Since when the instance is in its state. */
export function stateSince(member: FleetMember): string {
  const { phase, phase_since: phaseSince, ready_since: readySince, live_since: liveSince = readySince } = member;
  if (phase !== 'accepting') return phaseSince;
  return stateOf(member) === STATES.notLive ? liveSince : readySince;
}

/** What is not UP on an instance, besides its state. */
export interface Attention {
  /** The name of an indicator, or `live`. */
  readonly name: string;
  readonly status: HealthStatus;
  /** Undefined: it is not known. */
  readonly since: string | undefined;
}

/** The indicators that are not UP, as far as the report lists them. The last statuses of an instance that is lost or has left are out of date. */
export function listedAttention(member: FleetMember): readonly Attention[] {
  const { phase, live, live_since: liveSince, attention = {}, attention_since: since = {} } = member;
  if (!isPresent(phase)) return [];
  const indicators = Object.entries(attention).map(([name, status]) => {
    // An instance can announce an indicator with the name of an inherited property.
    return { name, status, since: Object.hasOwn(since, name) ? since[name] : undefined };
  });
  if (live === undefined || !isFailing(live) || stateOf(member) === STATES.notLive) return indicators;
  return [{ name: 'live', status: live, since: liveSince }, ...indicators];
}

/** How many instances are in each state that needs attention: `1 lost, 2 not ready`. Empty: none. */
export function attentionOf(members: readonly FleetMember[]): readonly string[] {
  const counts = new Map<MemberState, number>();
  for (const member of members) {
    const state = stateOf(member);
    if (state.isOpen) counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([one], [other]) => one.rank - other.rank)
    .map(([{ word }, count]) => `${count} ${PHRASES[word] ?? word.toLowerCase()}`);
}

const PHRASES: Readonly<Record<string, string>> = { [STATES.refusing.word]: 'refusing traffic' };
