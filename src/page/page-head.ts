import type { HealthStatus } from '../core/status.js';
import { type Content, type Markup, html } from './html.js';
import { iconUrl } from './status-appearance.js';

export interface PageHead {
  readonly title: string;
  /** Shown by the icon of the tab. */
  readonly status: HealthStatus;
  /** The element that reloads the page: see `reloadAfter()`. */
  readonly reload: Content;
  /** The style element. */
  readonly style: Markup;
}

/** Between `<html>` and `<body>`. */
export function pageHead({ title, status, reload, style }: PageHead): Markup {
  return html`<head>
    <meta charset="utf-8" />
    <title>${title}</title>
    <meta name="viewport" content="width=device-width,initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <link rel="icon" id="icon" href="${iconUrl(status)}" />
    ${reload}${style}
  </head>`;
}

/** Reloads the page without a script, after some seconds. */
export const reloadAfter = (seconds: number): Markup => html`<meta http-equiv="refresh" content="${seconds}" />`;
