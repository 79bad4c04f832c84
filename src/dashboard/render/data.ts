import type { HealthData } from '../../core/result.js';
import { type Content, clip, html } from './html.js';

const ROWS_SHOWN = 30;
const LONGEST_VALUE = 300;

/** The data of an indicator. The health that a dependency reports of itself has a section of its own. */
export function dataOf(name: string, data: HealthData | undefined): Content {
  if (!data) return undefined;
  const { reported_status: status, reported_failing: failing, ...own } = data;
  const isForeign = typeof status === 'string';
  return [isForeign && foreign(name, status, failing), table(isForeign ? own : data)];
}

/** `HttpIndicator` adds these data if the response of the dependency has a known health format. */
function foreign(name: string, status: string, failing: unknown): Content {
  const names = Array.isArray(failing) ? failing.map(String) : [];
  return html`<h3>Reported by the dependency</h3>
    <p>${name} reports ${clip(status, LONGEST_VALUE)}${names.length > 0 && ', because of its own dependencies:'}</p>
    ${
      names.length > 0 &&
      html`<ul class="dep">
        ${names.map((each) => html`<li>${clip(each, LONGEST_VALUE)}</li>`)}
      </ul>`
    }`;
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
