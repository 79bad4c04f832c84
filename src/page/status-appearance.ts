import type { HealthStatus } from '../core/status.js';
import { type Markup, html, raw } from './html.js';

interface Appearance {
  readonly word: string;
  /** CSS class for the colour, and name of the shape. */
  readonly className: string;
}

const APPEARANCES: Readonly<Record<HealthStatus, Appearance>> = {
  UP: { word: 'Up', className: 'up' },
  DEGRADED: { word: 'Degraded', className: 'degraded' },
  UNKNOWN: { word: 'Unknown', className: 'unknown' },
  OUT_OF_SERVICE: { word: 'Out of service', className: 'out' },
  DOWN: { word: 'Down', className: 'down' },
  SKIPPED: { word: 'Skipped', className: 'skipped' },
};

export const appearanceOf = (status: HealthStatus): Appearance => APPEARANCES[status];

/** The word for a status, or the state itself if it is no status. */
export function wordFor(state: string): string {
  return Object.hasOwn(APPEARANCES, state) ? APPEARANCES[state as HealthStatus].word : state;
}

/** A shape for each status, so that statuses differ by more than their colour. */
const SHAPES: Readonly<Record<string, string>> = {
  up: '<circle cx="8" cy="8" r="7"/><path class="k" d="m4.7 8.3 2.3 2.3 4.4-4.8"/>',
  degraded: '<path d="M8 .9 15.6 14.6H.4z"/><path class="k" d="M8 5.6v4.2M8 12v.4"/>',
  down: '<path d="M4.9.5h6.2l4.4 4.4v6.2l-4.4 4.4H4.9L.5 11.1V4.9z"/><path class="k" d="m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6"/>',
  out: '<circle cx="8" cy="8" r="7"/><path class="k" d="M4.2 8h7.6"/>',
  unknown:
    '<rect x="1" y="1" width="14" height="14" rx="3"/><path class="k" d="M6 6.3a2 2 0 1 1 2.7 1.9q-.7.3-.7 1.2M8 11.7v.4"/>',
  skipped: '<circle class="k" cx="8" cy="8" r="6"/><path class="k" d="m4 12 8-8"/>',
};

/** Definitions of the shapes. `icon` refers to them. */
export const SHAPE_DEFINITIONS: Markup = raw(
  `<svg class="vh" aria-hidden="true">${Object.entries(SHAPES)
    .map(([name, shape]) => `<symbol id="i-${name}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join('')}</svg>`,
);

/** Decorative: the word for the status is always next to it. */
export function icon(status: HealthStatus): Markup {
  return html`<svg class="i" aria-hidden="true"><use href="#i-${APPEARANCES[status].className}" /></svg>`;
}

const ICON_COLOURS: Readonly<Record<string, string>> = {
  up: '#1f8a4c',
  degraded: '#c27c0e',
  down: '#d1242f',
  out: '#6666c2',
  unknown: '#7a7f87',
  skipped: '#7a7f87',
};

/** The icon of the page as a URL, so that a background tab shows the status. */
export function iconUrl(status: HealthStatus, colour = ICON_COLOURS[APPEARANCES[status].className]): string {
  const shape = (SHAPES[APPEARANCES[status].className] ?? '').replaceAll(
    'class="k"',
    'fill="none" stroke="#fff" stroke-width="2"',
  );
  return `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="${colour}">${shape}</svg>`,
  )}`;
}

/** The order on a page: failing indicators first, skipped ones last. */
export const ATTENTION_ORDER: Readonly<Record<HealthStatus, number>> = {
  DOWN: 0,
  OUT_OF_SERVICE: 1,
  UNKNOWN: 2,
  DEGRADED: 3,
  UP: 4,
  SKIPPED: 5,
};
