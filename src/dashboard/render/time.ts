import { formatAge } from '../age.js';
import { type Markup, html } from './html.js';

const clock = (iso: string): string => `${iso.slice(11, 19)} UTC`;

/**
 * A moment. In a page it is told as an age at the time of its making; in the parts of a page that are sent later it is
 * the time of day, and the page itself makes an age of it, and keeps that right.
 */
export function ago(at: number | string, now: number | undefined): Markup {
  const moment = new Date(at);
  const iso = moment.toISOString();
  const text = now === undefined ? clock(iso) : `${formatAge(now - moment.getTime())} ago`;
  return html`<time datetime="${iso}" data-age>${text}</time>`;
}

/** How long something has lasted by now. */
export function lasting(since: number | string, now: number | undefined): Markup {
  const moment = new Date(since);
  const iso = moment.toISOString();
  const text = now === undefined ? `since ${clock(iso)}` : `for ${formatAge(now - moment.getTime())}`;
  return html`<time datetime="${iso}" data-for>${text}</time>`;
}

/** The date and the time of day in UTC, to be found in a log. */
export function exact(at: number | string): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
