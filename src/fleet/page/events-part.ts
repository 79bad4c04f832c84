import { type Markup, clip, html } from '../../page/html.js';
import { ago, exact } from '../../page/time.js';
import type { FleetEvent, FleetEventKind } from '../fleet-history.js';

const LONGEST_NAME = 80;
/** Characters of a service name that fit on one line. */
const LONGEST_SERVICE = 24;
/** Number of events that are always visible. Older events are in a collapsed section. */
const NEWEST = 5;

const KINDS: Readonly<Record<FleetEventKind, readonly [word: string, className: string]>> = {
  joined: ['joined', 'up'],
  restarted: ['restarted', 'unknown'],
  ready: ['is ready', 'up'],
  'not ready': ['is not ready', 'down'],
  refusing: ['refuses traffic', 'out'],
  draining: ['is draining', 'out'],
  left: ['left', 'skipped'],
  lost: ['is lost', 'down'],
  recovered: ['recovered', 'up'],
  'store disconnected': ['is disconnected', 'down'],
  'store connected': ['is connected', 'up'],
};

/** The latest changes, newest first. */
export function eventsPart(events: readonly FleetEvent[], now: number | undefined): Markup {
  const older = events.slice(NEWEST);
  return html`<section id="events" aria-labelledby="h-events" class="events">
    <h2 id="h-events">Latest changes seen by this process</h2>
    ${events.length === 0 ? html`<p class="none">None since its start.</p>` : tableOf(events.slice(0, NEWEST), now)}
    ${
      older.length > 0 &&
      html`<details id="older">
        <summary>${older.length} older</summary>
        ${tableOf(older, now)}
      </details>`
    }
  </section>`;
}

function tableOf(events: readonly FleetEvent[], now: number | undefined): Markup {
  return html`<table class="log">
    <thead>
      <tr>
        <th scope="col">When (UTC)</th>
        <th scope="col">Service</th>
        <th scope="col">Instance</th>
        <th scope="col">Change</th>
      </tr>
    </thead>
    <tbody>
      ${events.map((event) => row(event, now))}
    </tbody>
  </table>`;
}

function row({ at, kind, service, instances = [], count = 0, version }: FleetEvent, now: number | undefined): Markup {
  const [word, className] = KINDS[kind];
  const more = count - instances.length;
  const names = instances.map((name) => clip(name, LONGEST_NAME)).join(', ');
  return html`<tr>
    <td>${exact(at).slice(11)} <span class="a">${ago(at, now)}</span></td>
    <td><span class="n">${service === undefined ? 'the store' : clip(service, LONGEST_SERVICE)}</span></td>
    <td>${names}${more > 0 && ` and ${more} more`}</td>
    <td class="${className}"><b>${word}</b>${version !== undefined && html` <i>${clip(version, 60)}</i>`}</td>
  </tr>`;
}

/** A change in words, for screen readers. */
export function sentenceOf({ kind, service, instances = [], count = 0 }: FleetEvent): string {
  const [word] = KINDS[kind];
  if (service === undefined) return `The store ${word}`;
  const [only = ''] = instances;
  const name = clip(service, LONGEST_NAME);
  return count === 1 ? `${clip(only, LONGEST_NAME)} of ${name} ${word}` : `${count} instances of ${name}: ${word}`;
}
