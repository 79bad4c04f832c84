import { formatAge } from './age.js';
import { type Markup, html } from './html.js';

const clock = (iso: string): string => `${iso.slice(11, 19)} UTC`;

/**
 * A point in time. A page shows its age. An update contains the time of day, so that its text does not change by itself;
 * the script of the page shows the age and updates it.
 */
export function ago(at: number | string, now: number | undefined): Markup {
  const moment = new Date(at);
  const iso = moment.toISOString();
  const text = now === undefined ? clock(iso) : `${formatAge(now - moment.getTime())} ago`;
  return html`<time datetime="${iso}" data-age>${text}</time>`;
}

/** The duration since a point in time. */
export function lasting(since: number | string, now: number | undefined): Markup {
  const moment = new Date(since);
  const iso = moment.toISOString();
  const text = now === undefined ? `since ${clock(iso)}` : `for ${formatAge(now - moment.getTime())}`;
  return html`<time datetime="${iso}" data-for>${text}</time>`;
}

/** Date and time of day in UTC, in a form that can be searched in a log. */
export function exact(at: number | string): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** The time until a point in time. An update contains the time of day, as above. */
export function left(until: number, now: number | undefined): Markup {
  const iso = new Date(until).toISOString();
  const text = now === undefined ? `until ${clock(iso)}` : `${formatAge(until - now)} left`;
  return html`<time datetime="${iso}" data-left>${text}</time>`;
}
