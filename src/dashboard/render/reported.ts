import type { ReportedComponent, ReportedHealth } from '../../core/reported-health.js';
import { HealthStatus } from '../../core/status.js';
import { type Markup, clip, html } from '../../page/html.js';
import { appearanceOf, icon } from '../../page/status-appearance.js';
import { lasting } from '../../page/time.js';

const LONGEST_NAME = 300;

/** The health that a dependency reports of itself, with its own dependencies as a tree. */
export function reportedPart(name: string, reported: ReportedHealth, now: number | undefined): Markup {
  const { word, service, components, failing, omitted } = reported;
  const isExplained = components.length === 0 && failing.length > 0;
  const as = service !== undefined && service !== name && html` (<span class="n">${service}</span>)`;
  return html`<h3>Reported by the dependency</h3>
    <p>${name}${as} reports ${clip(word, LONGEST_NAME)}${isExplained && ', because of its own dependencies:'}</p>
    ${isExplained && failingList(failing)}${components.length > 0 && tree(components, now)}${omitted > 0 && html`<p>and ${omitted} more</p>`}`;
}

/** The names of the failing components, for a report whose components are not shown. */
function failingList(names: readonly string[]): Markup {
  return html`<ul class="dep">
    ${names.map((each) => html`<li>${clip(each, LONGEST_NAME)}</li>`)}
  </ul>`;
}

/** The role is necessary, because Safari does not announce lists without markers as lists. */
function tree(components: readonly ReportedComponent[], now: number | undefined): Markup {
  return html`<ul class="tree" role="list">
    ${components.map((component) => branch(component, now))}
  </ul>`;
}

function branch({ name, status, since, service, components = [] }: ReportedComponent, now: number | undefined): Markup {
  const { word, className } = appearanceOf(status);
  const isLasting = since !== undefined && status !== HealthStatus.UP && status !== HealthStatus.SKIPPED;
  const as = service !== undefined && service !== name && html` <i>(${service})</i>`;
  return html`<li>
    <span class="${className}"
      >${icon(status)} <span class="n">${name}</span>${as}
      <b>${word}</b>${isLasting && html` ${lasting(since, now)}`}</span
    >${components.length > 0 && tree(components, now)}
  </li>`;
}
