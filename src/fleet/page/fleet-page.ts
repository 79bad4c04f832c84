import { BASE_STYLE } from '../../page/base-style.js';
import { type Content, type Markup, clip, html, raw } from '../../page/html.js';
import { pageHead, reloadAfter } from '../../page/page-head.js';
import { pageHeaders } from '../../page/page-headers.js';
import { ATTENTION_ORDER, SHAPE_DEFINITIONS, appearanceOf, icon } from '../../page/status.js';
import { exact } from '../../page/time.js';
import type { FleetReport } from '../fleet-report.js';
import type { RefusedEntry } from '../roster.js';
import { eventsPart } from './events-part.js';
import { FLEET_STYLE } from './fleet-style.js';
import { type Headline, headlineOf } from './headline.js';
import { mapPart } from './map-part.js';
import type { PageQuery } from './page-query.js';
import { type Found, searchFor } from './search.js';
import { servicePart, serviceStatus } from './service-part.js';

/** Seconds after which the page reloads. */
const RELOAD = 5;
/** The name of a store that other processes do not share. */
const MEMORY = 'memory store';
const LONGEST_NAME = 120;

const STYLE_TEXT = BASE_STYLE + FLEET_STYLE;
const STYLE = raw(`<style>${STYLE_TEXT}</style>`);

/** The page loads nothing and has no script. */
export const FLEET_PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...pageHeaders({ style: STYLE_TEXT, hasForm: true }),
  vary: 'accept',
};

/** The page of the fleet, as HTML. */
export function renderFleetPage(report: FleetReport, query: PageQuery): string {
  const now = Date.parse(report.timestamp);
  const headline = headlineOf(report, now);
  const { environment } = report;
  return html`<!doctype html>
    <html lang="en">
      ${pageHead({
        title: `${headline.sign} ${headline.words} · fleet ${clip(environment, LONGEST_NAME)}`,
        status: headline.status,
        style: STYLE,
        reload: query.reloads && reloadAfter(RELOAD),
      })}
      <body>
        ${SHAPE_DEFINITIONS}
        <header>${barOf(report, query)}${bandOf(headline, report)}</header>
        <main class="wrap">${bodyOf(report, query, now)}</main>
      </body>
    </html>`.text;
}

function barOf({ environment, store, timestamp }: FleetReport, { reloads }: PageQuery): Markup {
  const mode = reloads
    ? html`reloads every ${RELOAD} s · <a href="?pause">pause</a> · <a href="?q=">find an instance</a>`
    : html`paused · <a href="?">show all, and reload</a>`;
  return html`<div class="bar wrap">
    <p id="service"><strong>Fleet</strong><span>${clip(environment, LONGEST_NAME)}</span><span>${store.name}</span></p>
    <p>as of ${exact(timestamp)} UTC · ${mode} · <a href="?format=json">JSON</a></p>
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

function bodyOf(report: FleetReport, { search }: PageQuery, now: number): Content {
  const { services, events, refused } = report;
  const found = searchFor(services, search);
  const shown = { now, isSearch: search !== undefined && search !== '' };
  return [
    search !== undefined &&
      searchPart(
        search,
        found.reduce((sum, { members }) => sum + members.length, 0),
      ),
    html`<div class="svcs">
      ${inOrder(found).map(({ service, members }, index) => servicePart(service, members, index, shown))}
      ${!shown.isSearch && [eventsPart(events, now), mapPart(services)]}
    </div>`,
    refused && refusedPart(refused),
  ];
}

/** Services that need attention first. */
const inOrder = (found: readonly Found[]): readonly Found[] =>
  found.toSorted(
    (one, other) => ATTENTION_ORDER[serviceStatus(one.service)] - ATTENTION_ORDER[serviceStatus(other.service)],
  );

function searchPart(search: string, count: number): Markup {
  const result =
    search !== '' && html`<p role="status">${count === 1 ? '1 instance matches' : `${count} instances match`}</p>`;
  return html`<form role="search" class="find">
    <label for="q">Service, instance, version, state or failing indicator</label>
    <input id="q" name="q" type="search" value="${search}" maxlength="100" ${search === '' && html` autofocus`} />
    <button>Find</button>${result}
  </form>`;
}

function refusedPart(refused: readonly RefusedEntry[]): Markup {
  return html`<section aria-labelledby="h-refused">
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
  </section>`;
}
