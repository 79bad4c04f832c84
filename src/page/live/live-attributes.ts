import { type Markup, html } from '../html.js';
import { iconUrl } from '../status-appearance.js';

export interface LivePage {
  /** The relative URL of the stream. */
  readonly events: string;
  /** The version of the script and the styles. */
  readonly build: string;
  /** The id of the element whose children are parts in a changing order. */
  readonly list: string;
  /** Time of rendering, in milliseconds since 1970. */
  readonly now: number;
}

/** The attributes of the body of a live page, for its script. */
export function liveAttributes({ events, build, list, now }: LivePage): Markup {
  return html` data-events="${events}" data-build="${build}" data-list="${list}" data-now="${now}"
  data-stale="${iconUrl('UNKNOWN')}"`;
}
