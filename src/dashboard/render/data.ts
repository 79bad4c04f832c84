import type { HealthData } from '../../core/result.js';
import { REPORTED_KEYS, reportedHealthIn } from '../../core/reported-health.js';
import { type Content, clip, html } from '../../page/html.js';
import { reportedPart } from './reported.js';

const ROWS_SHOWN = 30;
const LONGEST_VALUE = 300;

/** The data of an indicator. The health that a dependency reports of itself has a section of its own. */
export function dataOf(name: string, data: HealthData | undefined, now: number | undefined): Content {
  if (!data) return undefined;
  const reported = reportedHealthIn(data);
  if (!reported) return table(data);
  const own = Object.entries(data).filter(([key]) => !REPORTED_KEYS.includes(key));
  return [reportedPart(name, reported, now), table(Object.fromEntries(own))];
}

function table(data: HealthData): Content {
  const rows = Object.entries(data);
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, ROWS_SHOWN).map(
    ([key, value]) =>
      html`<tr>
        <th scope="row">${clip(key, LONGEST_VALUE)}</th>
        <td>${clip(textOf(value), LONGEST_VALUE)}</td>
      </tr>`,
  );
  const more = rows.length - ROWS_SHOWN;
  return html`<h3>Data</h3>
    <table class="data">
      ${shown}
    </table>
    ${more > 0 && html`<p>and ${more} more</p>`}`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value) ?? '';
}
