import { HealthStatus } from '../../core/status.js';
import { type Content, type Markup, clip, html } from '../../page/html.js';
import { appearanceOf, icon } from '../../page/status-appearance.js';
import { ago, lasting } from '../../page/time.js';
import type { FleetMember } from '../fleet-report.js';
import { type MemberState, listedAttention, stateOf, stateSince } from './member-state.js';

/** A service with more instances shows them in groups. */
const MOST_UNGROUPED = 8;
/** The most instances that one group shows. */
const MOST_IN_GROUP = 100;
const LONGEST_NAME = 80;
const CHECKS_SHOWN = 4;

export interface MembersShown {
  /** Milliseconds since the epoch. Undefined for an update: the page computes the ages. */
  readonly now: number | undefined;
  /** The id of the service, with which the ids of its groups begin. */
  readonly id: string;
  /** The result of a search: every group is open. */
  readonly isSearch: boolean;
}

/** The instances of a service: those that need attention first, and many of them grouped by state. */
export function membersPart(members: readonly FleetMember[], shown: MembersShown): Content {
  const groups = new Map<MemberState, FleetMember[]>();
  for (const member of members) {
    const state = stateOf(member);
    const group = groups.get(state);
    if (group) group.push(member);
    else groups.set(state, [member]);
  }
  const ordered = [...groups].toSorted(([one], [other]) => one.rank - other.rank);
  if (members.length > MOST_UNGROUPED) return ordered.map(([state, group]) => groupPart(state, group, shown));
  return (
    members.length > 0 &&
    listOf(
      ordered.flatMap(([, group]) => group),
      shown,
    )
  );
}

function groupPart(state: MemberState, group: readonly FleetMember[], shown: MembersShown): Markup {
  const { word, status, isOpen } = state;
  const more = group.length - MOST_IN_GROUP;
  const open = (isOpen || shown.isSearch) && html`open`;
  // An update leaves a group as the reader has left it. The result of a search has groups of its own, which are open.
  const id = `${shown.isSearch ? 'found' : 'group'}-${shown.id}-${word.replaceAll(' ', '-')}`;
  return html`<details id="${id}" ${open} class="${appearanceOf(status).className}">
    <summary>${icon(status)}<b>${word}</b> <span>${group.length}</span></summary>
    ${listOf(group.slice(0, MOST_IN_GROUP), shown)}
    ${more > 0 && html`<p class="none">and ${more} more: search to find them</p>`}
  </details>`;
}

/** The role: Safari does not announce lists without markers as lists. */
function listOf(members: readonly FleetMember[], { now }: MembersShown): Markup {
  return html`<ul class="rows" role="list">
    ${members.map((member) => row(member, now))}
  </ul>`;
}

function row(member: FleetMember, now: number | undefined): Markup {
  const { instance, version, commit, phase } = member;
  const { word, status } = stateOf(member);
  const since = stateSince(member);
  return html`<li class="${appearanceOf(status).className}">
    ${icon(status)}<span class="n">${clip(instance, LONGEST_NAME)}</span>
    <span class="w"
      ><b>${word}</b> ${phase === 'left' ? ago(since, now) : lasting(since, now)}${checksOf(member, now)}</span
    >
    <span class="v" title="${commit !== undefined && `commit ${commit}`}"
      >${version !== undefined && clip(version, 24)}</span
    >
  </li>`;
}

/** The indicators that are not UP, and since when. */
function checksOf(member: FleetMember, now: number | undefined): Content {
  const all = listedAttention(member);
  if (all.length === 0) return undefined;
  const more = Math.max(0, all.length - CHECKS_SHOWN) + (member.attention_more ?? 0);
  const shown = all.toSorted((one, other) => rank(one.status) - rank(other.status)).slice(0, CHECKS_SHOWN);
  return html`:
    <i class="at"
      >${shown.map(
        ({ name, status, since }, index) =>
          html`${index > 0 && ', '}${clip(name, LONGEST_NAME)}
          ${appearanceOf(status).word.toLowerCase()}${since !== undefined && html` ${lasting(since, now)}`}`,
      )}${more > 0 && ` and ${more} more`}</i
    >`;
}

const rank = (status: HealthStatus): number => (status === HealthStatus.DOWN ? 0 : 1);
