import { HealthStatus, isFailing } from '../../core/status.js';
import type { FleetMember } from '../fleet-report.js';

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
  notReady: { word: 'Not ready', status: HealthStatus.DOWN, rank: 1, isOpen: true },
  refusing: { word: 'Refuses traffic', status: HealthStatus.OUT_OF_SERVICE, rank: 2, isOpen: true },
  draining: { word: 'Draining', status: HealthStatus.OUT_OF_SERVICE, rank: 3, isOpen: true },
  starting: { word: 'Starting', status: HealthStatus.UNKNOWN, rank: 4, isOpen: true },
  degraded: { word: 'Degraded', status: HealthStatus.DEGRADED, rank: 5, isOpen: true },
  ready: { word: 'Ready', status: HealthStatus.UP, rank: 6, isOpen: false },
  left: { word: 'Left', status: HealthStatus.SKIPPED, rank: 7, isOpen: false },
} as const satisfies Readonly<Record<string, MemberState>>;

export function stateOf({ phase, ready }: FleetMember): MemberState {
  if (phase !== 'accepting') return STATES[phase];
  if (isFailing(ready)) return STATES.notReady;
  return ready === HealthStatus.DEGRADED ? STATES.degraded : STATES.ready;
}

/** Since when the instance is in its state. */
export function stateSince({ phase, phase_since: since, ready_since: readySince }: FleetMember): string {
  return phase === 'accepting' ? readySince : since;
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
