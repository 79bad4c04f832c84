import type { PartText } from './patch.js';

/** The data of an `update` event. */
export interface PageUpdate {
  /** Time of the server, in milliseconds since 1970. The page computes ages with it. */
  readonly now: number;
  /** Version of the script and the styles. A page with another version reloads. */
  readonly build: string;
  /** Milliseconds between two heartbeats. */
  readonly heartbeat: number;
  readonly title: string;
  /** URL of the icon. */
  readonly icon: string;
  /** Element ids of the list of the page, in display order. */
  readonly order: readonly string[];
  /** HTML of the changed parts by element id. The first event contains all parts, as whole texts. */
  readonly parts: Readonly<Record<string, PartText>>;
  /** Announcements for screen readers: changes, without single runs. */
  readonly announce: readonly string[];
}
