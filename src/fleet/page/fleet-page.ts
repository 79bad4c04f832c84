import { BASE_STYLE } from '../../page/base-style.js';
import { type Content, type Markup, clip, html, raw } from '../../page/html.js';
import { liveAttributes } from '../../page/live/live-attributes.js';
import { pageHead, reloadAfter } from '../../page/page-head.js';
import { buildOf, pageHeaders } from '../../page/page-headers.js';
import { ATTENTION_ORDER, SHAPE_DEFINITIONS, appearanceOf, icon } from '../../page/status-appearance.js';
import { exact } from '../../page/time.js';
import type { FleetReport } from '../fleet-report.js';
import type { RefusedEntry } from '../roster.js';
import { eventsPart } from './events-part.js';
import { FLEET_SCRIPT, FLEET_STYLE } from './assets.js';
import { type Headline, headlineOf } from './headline.js';
import { mapPart } from './map-part.js';
import type { PageQuery } from './page-query.js';
import { type Found, searchFor } from './search.js';
import { serviceId, servicePart, serviceStatus } from './service-part.js';

/** Seconds after which a page without a script reloads. */
const RELOAD = 5;
/** The name of a store that other processes do not share. */
const MEMORY = 'memory store';
const LONGEST_NAME = 120;

const STYLE_TEXT = BASE_STYLE + FLEET_STYLE;
const STYLE = raw(`<style>${STYLE_TEXT}</style>`);
const SCRIPT = raw(`<script>${FLEET_SCRIPT}</script>`);

/** Identifies the version of the script and the styles. */
export const FLEET_BUILD = buildOf(FLEET_SCRIPT, STYLE_TEXT);

/** The page loads nothing, and runs only its own script. */
export const FLEET_PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...pageHeaders({ script: FLEET_SCRIPT, style: STYLE_TEXT, hasForm: true }),
  vary: 'accept',
};

/** The parts of the page that can change, by element id, and its title, status and order of sections. */
export interface FleetParts {
  readonly title: string;
  readonly status: Headline['status'];
  readonly order: readonly string[];
  readonly parts: Readonly<Record<string, Markup>>;
}

/** `now`: for the ages in the page. Undefined for an update: the page computes the ages. */
export function fleetPartsOf(report: FleetReport, search: string, now: number | undefined): FleetParts {
  const { environment, services, events, refused, refused_more: more = 0 } = report;
  const headline = headlineOf(report, now);
  const isSearch = search !== '';
  const found = inOrder(searchFor(services, search));
  const map = isSearch ? undefined : mapPart(services);
  const sections: Record<string, Markup> = {
    ...Object.fromEntries(
      found.map(({ service, members }) => [serviceId(service), servicePart(service, members, { now, isSearch })]),
    ),
    ...(!isSearch && { events: eventsPart(events, now) }),
    ...(map && { map }),
    ...(refused && { refused: refusedPart(refused, more) }),
  };
  return {
    title: `${headline.sign} ${headline.words} · fleet ${clip(environment, LONGEST_NAME)}`,
    status: headline.status,
    order: Object.keys(sections),
    parts: {
      state: bandOf(headline, report),
      found: foundPart(found, isSearch),
      ...sections,
    },
  };
}

/** The page of the fleet, as HTML. */
export function renderFleetPage(report: FleetReport, { search, isPaused }: PageQuery): string {
  const now = Date.parse(report.timestamp);
  const { title, status, order, parts } = fleetPartsOf(report, search ?? '', now);
  const events = `?format=events${search === undefined ? '' : `&q=${encodeURIComponent(search)}`}`;
  const reload = search === undefined && html`<noscript>${reloadAfter(RELOAD)}</noscript>`;
  return html`<!doctype html>
    <html lang="en">
      ${pageHead({ title, status, style: STYLE, reload: !isPaused && reload })}
      <body${!isPaused && liveAttributes({ events, build: FLEET_BUILD, list: 'sections', now })}>
        ${SHAPE_DEFINITIONS}
        <header>${barOf(report, { search, isPaused }, parts['found'])}${parts['state']}</header>
        <main class="wrap svcs" id="sections">${order.map((id) => parts[id])}</main>
        ${
          !isPaused &&
          html`<p id="announcer" role="status" class="vh"></p>
            ${SCRIPT}`
        }
      </body>
    </html>`.text;
}

/** The script shows the form. Without it the page reloads, and a reload would remove what is being typed. */
function barOf(
  { environment, store, timestamp }: FleetReport,
  { search, isPaused }: PageQuery,
  found: Content,
): Markup {
  const mode =
    search === undefined && !isPaused
      ? html`reloads every ${RELOAD} s · <a href="?pause">pause</a> · <a href="?q=">find an instance</a>`
      : html`paused · <a href="?">show all, and reload</a>`;
  return html`<div class="bar wrap">
    <p id="service">
      <strong>Fleet</strong><span>environment ${clip(environment, LONGEST_NAME)}</span><span>${store.name}</span>
    </p>
    <form id="find" role="search" ${search === undefined && html`hidden`}>
      <label for="q" class="vh">Service, instance, version, state or failing indicator</label>
      <input
        id="q"
        name="q"
        type="search"
        value="${search ?? ''}"
        maxlength="100"
        placeholder="instance, version, state…"
        ${search === '' && html`autofocus`}
      />
      <button>Find</button>${found}
    </form>
    <p><span id="stream">as of ${exact(timestamp)} UTC · ${mode}</span> · <a href="?format=json">JSON</a></p>
  </div>`;
}

function bandOf({ status, words, lead }: Headline, { store }: FleetReport): Markup {
  const note =
    store.name === MEMORY &&
    html`<p class="lead">The store is in the memory of this process: instances in other processes are not seen.</p>`;
  return html`<div id="state" class="${appearanceOf(status).className}">
    <div class="wrap">
      <h1>${icon(status)}<span>${words}</span></h1>
      ${lead.map((sentence) => html`<p class="lead">${sentence}</p>`)}${note}
    </div>
  </div>`;
}

/** Services that need attention first. */
const inOrder = (found: readonly Found[]): readonly Found[] =>
  found.toSorted(
    (one, other) => ATTENTION_ORDER[serviceStatus(one.service)] - ATTENTION_ORDER[serviceStatus(other.service)],
  );

function foundPart(found: readonly Found[], isSearch: boolean): Markup {
  const count = found.reduce((sum, { members }) => sum + members.length, 0);
  const words = count === 1 ? '1 instance matches' : `${count} instances match`;
  return html`<p id="found" role="status">${isSearch && words}</p>`;
}

function refusedPart(refused: readonly RefusedEntry[], more: number): Markup {
  return html`<section id="refused" aria-labelledby="h-refused">
    <h2 id="h-refused">Refused entries</h2>
    <table class="log">
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        ${refused.map(
          ({ key, because }) =>
            html`<tr>
              <td><span class="n">${clip(key, LONGEST_NAME)}</span></td>
              <td>${because}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${more > 0 && html`<p class="none">and ${more} more</p>`}
  </section>`;
}
