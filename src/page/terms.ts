import { type Markup, clip, html } from './html.js';
import { exact, left } from './time.js';

const LONGEST_REASON = 300;

/** The author, the reason and the end of a temporary change. */
export interface ShownTerms {
  readonly reason: string;
  /** Undefined: it is not shown. */
  readonly by: string | undefined;
  /** Milliseconds since 1970. Undefined: it lasts until it is withdrawn. */
  readonly until: number | undefined;
}

/** The reason, the author, the end and the remaining time. `isShort`: without the end. */
export function termsPart(
  { reason, by, until }: ShownTerms,
  now: number | undefined,
  { isShort = false }: { readonly isShort?: boolean } = {},
): Markup {
  const shown = clip(reason, LONGEST_REASON);
  const author = by === undefined ? '' : `by ${by}`;
  const end = until === undefined || isShort ? '' : `until ${exact(until)} UTC`;
  const authorAndEnd = [author, end].filter((text) => text !== '').join(' ');
  if (until === undefined) return authorAndEnd === '' ? html`${shown}` : html`${shown} (${authorAndEnd})`;
  return html`${shown} (${authorAndEnd}${authorAndEnd !== '' && ', '}${left(until, now)})`;
}
