import { createHash } from 'node:crypto';
import { PAGE_SCRIPT, PAGE_STYLE } from '../assets.js';
import { type Markup, html, raw } from './html.js';
import type { PageModel } from './model.js';
import { type PageParts, livePartsOf, staticPartsOf } from './parts.js';
import { SHAPE_DEFINITIONS, iconUrl } from './status.js';
import { exact } from './time.js';

/** Seconds after which a page without a script reloads. */
const RELOAD = 10;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Identifies the version of the script and the styles. */
export const BUILD = createHash('sha256').update(PAGE_SCRIPT).update(PAGE_STYLE).digest('base64url').slice(0, 8);

/** The page loads nothing, and runs only its own script. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf(PAGE_SCRIPT)}`,
    `style-src ${hashOf(PAGE_STYLE)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The page of all checks. `events`: relative URL of the stream that updates it. Undefined: the page reloads. */
export function renderLivePage(model: PageModel, events: string | undefined): string {
  const parts = livePartsOf(model);
  const { probes, history } = parts.parts;
  const body = html`${probes}${checksOf(model, parts)}${
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

function checksOf({ report }: PageModel, { parts, order }: PageParts): Markup | undefined {
  if (!report.details) return undefined;
  return html`<section aria-labelledby="h-checks">
    <h2 id="h-checks">Checks ${parts['count']}</h2>
    <ul id="checks">
      ${order.map((id) => parts[id])}
    </ul>
  </section>`;
}

/** Without any change: the Content Security Policy contains their hashes. */
const STYLE = raw(`<style>${PAGE_STYLE}</style>`);
const SCRIPT = raw(`<script>${PAGE_SCRIPT}</script>`);

interface Liveness {
  /** Relative URL of the stream. Undefined: there is none. */
  readonly events?: string | undefined;
  /** Whether the page reloads while no stream updates it. */
  readonly reloads: boolean;
}

function renderPage(model: PageModel, parts: PageParts, body: Markup, { events, reloads }: Liveness): string {
  const { now = Date.now() } = model;
  const isLive = events !== undefined;
  const reload = reloads && html`<meta http-equiv="refresh" content="${RELOAD}" />`;
  const stream = html` data-events="${events}" data-build="${BUILD}" data-now="${now}"
  data-stale="${iconUrl('UNKNOWN')}"`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${parts.title}</title>
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" id="icon" href="${iconUrl(parts.status)}" />
        ${isLive ? html`<noscript>${reload}</noscript>` : reload}${STYLE}
      </head>
      <body${isLive && stream}>
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
