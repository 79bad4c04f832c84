import { PAGE_SCRIPT, PAGE_STYLE } from '../assets.js';
import { type Markup, html, raw } from '../../page/html.js';
import type { PageModel } from './model.js';
import { type PageParts, livePartsOf, staticPartsOf } from './parts.js';
import { BASE_STYLE } from '../../page/base-style.js';
import { pageHead, reloadAfter } from '../../page/page-head.js';
import { buildOf, pageHeaders } from '../../page/page-headers.js';
import { liveAttributes } from '../../page/live/live-attributes.js';
import { SHAPE_DEFINITIONS } from '../../page/status-appearance.js';
import { exact } from '../../page/time.js';

/** Seconds after which a page without a script reloads. */
const RELOAD = 10;

const STYLE_TEXT = BASE_STYLE + PAGE_STYLE;

export const BUILD = buildOf(PAGE_SCRIPT, STYLE_TEXT);

/** The page loads nothing, and runs only its own script. */
export const PAGE_HEADERS = pageHeaders({ script: PAGE_SCRIPT, style: STYLE_TEXT });

/** The page of all checks. `events`: relative URL of the stream that updates it. Undefined: the page reloads. */
export function renderLivePage(model: PageModel, events: string | undefined): string {
  const parts = livePartsOf(model);
  const { probes, history } = parts.parts;
  const { result } = model;
  const body = html`${result !== undefined && html`<p id="result" role="status">${result}</p>`}${probes}${checksOf(model, parts)}${
    history &&
    html`<section aria-labelledby="h-history">
      <h2 id="h-history">History</h2>
      ${history}
    </section>`
  }`;
  return renderPage(model, parts, body, { events, reloads: true });
}

/** The page of any other probe, a group or an indicator. `overview`: relative URL of the page of all checks. */
export function renderStaticPage(model: PageModel, overview: string | undefined): string {
  const parts = staticPartsOf(model);
  const link =
    overview === undefined ? undefined : html`<p class="none"><a href="${overview}">All checks, live</a></p>`;
  return renderPage(model, parts, html`${checksOf(model, parts)}${link}`, { reloads: false });
}

function checksOf({ report, forms, view }: PageModel, { parts, order }: PageParts): Markup | undefined {
  if (!report.details) return undefined;
  return html`<section aria-labelledby="h-checks">
    <h2 id="h-checks">
      Checks ${parts['count']}${forms && view === 'full' && html` <span>open one to run or disable it</span>`}
    </h2>
    <ul id="checks">
      ${order.map((id) => parts[id])}
    </ul>
  </section>`;
}

/** These texts must not change, because the Content Security Policy contains their hashes. */
const STYLE = raw(`<style>${STYLE_TEXT}</style>`);
const SCRIPT = raw(`<script>${PAGE_SCRIPT}</script>`);

interface UpdateSettings {
  /** Relative URL of the stream. Undefined: there is none. */
  readonly events?: string | undefined;
  /** Whether the page reloads while no stream updates it. */
  readonly reloads: boolean;
}

function renderPage(model: PageModel, parts: PageParts, body: Markup, { events, reloads }: UpdateSettings): string {
  const { now = Date.now() } = model;
  const isLive = events !== undefined;
  const reload = reloads && reloadAfter(RELOAD);
  return html`<!doctype html>
    <html lang="en">
      ${pageHead({ title: parts.title, status: parts.status, style: STYLE, reload: isLive ? html`<noscript>${reload}</noscript>` : reload })}
      <body${isLive && liveAttributes({ events, build: BUILD, list: 'checks', now })}>
        ${SHAPE_DEFINITIONS}
        <header>
          <div class="bar wrap">
            ${parts.parts['service']}
            <p id="stream">as of ${exact(now)} UTC${reloads && `, reloads every ${RELOAD} s`}</p>
          </div>
          ${parts.parts['state']}
        </header>
        <main class="wrap">${body}</main>
        ${
          isLive &&
          html`<p id="announcer" role="status" class="vh"></p>
            ${SCRIPT}`
        }
      </body>
    </html>`.text;
}
