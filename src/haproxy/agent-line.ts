import { boundedText, onOneLine } from '../core/bounded-text.js';
import type { HealthReport } from '../core/report.js';
import { isFailing } from '../core/status.js';

/** Characters. HAProxy shows the reason on its page and in its log. */
const LONGEST_REASON = 200;

/** Sets the administrative state, the operating state and the weight, because HAProxy keeps each until it is set again. */
export const acceptingLine = (weight: number): string => `ready up ${weight}%\n`;

/** No new traffic, except requests that belong to a session on this server. */
export const DRAIN_LINE = 'drain\n';

/** The server is failing. HAProxy reads the reason up to the end of the line. */
export function downLine(reason: string): string {
  const text = onOneLine(boundedText(reason, LONGEST_REASON)).replaceAll(/[^\x20-\x7e]/g, '?');
  return `down #${text}\n`;
}

/** The reason of the application, or the names of the failing indicators. By default, a caller of `ready` may see both. */
export function reasonOf({ reason, status, details }: HealthReport): string {
  if (reason !== undefined) return reason;
  const failing = Object.entries(details).filter(([, detail]) => detail.critical === true && isFailing(detail.status));
  return failing.map(([name, detail]) => `${name} ${detail.status}`).join(', ') || `ready is ${status}`;
}
