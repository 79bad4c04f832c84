import { HealthStatus } from '../../core/status.js';
import { type Content, type Markup, clip, html } from '../../page/html.js';
import { appearanceOf, icon } from '../../page/status-appearance.js';
import type { FleetMember, FleetService } from '../fleet-report.js';
import { attentionOf } from './member-state.js';
import { type MembersShown, membersPart } from './members-part.js';

const VERSIONS_SHOWN = 6;
const FAILING_SHOWN = 8;
const LONGEST_NAME = 80;

/** The status of a service, for its icon and its colour. */
export function serviceStatus({ ready, expected, present, instances }: FleetService): HealthStatus {
  if (expected !== undefined && ready < expected) return HealthStatus.DOWN;
  if (instances.length === 0) return HealthStatus.UNKNOWN;
  if (present > 0 && ready === 0) return HealthStatus.DOWN;
  if (attentionOf(instances).length > 0) return HealthStatus.DEGRADED;
  return present === 0 ? HealthStatus.SKIPPED : HealthStatus.UP;
}

/** The element id of a service. A name can contain characters that an id cannot. */
export function serviceId({ service }: FleetService): string {
  return /^[\w.-]+$/.test(service) ? `s-${service}` : `s-~${Buffer.from(service).toString('base64url')}`;
}

/** One service. `members`: the instances to show, of all or of those that were searched for. */
export function servicePart(
  service: FleetService,
  members: readonly FleetMember[],
  shown: Omit<MembersShown, 'id'>,
): Markup {
  const status = serviceStatus(service);
  const id = serviceId(service);
  return html`<section id="${id}" class="svc ${appearanceOf(status).className}" aria-labelledby="h-${id}">
    <div class="sh">
      <h2 id="h-${id}">${icon(status)}<span class="n">${clip(service.service, LONGEST_NAME)}</span></h2>
      <p>${countsOf(service)}</p>
    </div>
    ${versionsPart(service)}${failingPart(service)}${membersPart(members, { ...shown, id })}
  </section>`;
}

function countsOf({ ready, expected, present, instances, versions }: FleetService): Content {
  if (instances.length === 0) return html`<b>none known</b>, ${expected ?? 0} expected`;
  const others = attentionOf(instances).filter((words) => !words.endsWith(' degraded'));
  const [only, ...further] = Object.keys(versions);
  return [
    present === 0 ? html`<b>none present</b>` : html`<b>${ready} of ${present} ready</b>`,
    expected !== undefined && `, ${expected} expected`,
    others.length > 0 && ` · ${others.join(', ')}`,
    only !== undefined && further.length === 0 && ` · ${clip(only, 24)}`,
  ];
}

/** During a deploy, the number of instances of each version. The bars show the same as the numbers. */
function versionsPart({ versions, present }: FleetService): Content {
  const all = Object.entries(versions).toSorted(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }));
  if (all.length < 2) return undefined;
  const more = all.length - VERSIONS_SHOWN;
  return html`<ul class="vers" role="list" aria-label="Versions">
    ${all.slice(0, VERSIONS_SHOWN).map(
      ([version, count]) =>
        html`<li>
          <span class="n">${clip(version, 24)}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="tr" width="100" height="8" />
            <rect width="${Math.round((count / present) * 100)}" height="8" />
          </svg>
          <span>${count}</span>
        </li>`,
    )}${more > 0 && html`<li>and ${more} more versions</li>`}
  </ul>`;
}

/** Indicators by the number of instances at which they fail: at one a local fault, at many a dependency that they share. */
function failingPart({ failing, failing_more: unlisted = 0, present }: FleetService): Content {
  const all = Object.entries(failing).toSorted(([, one], [, other]) => other - one);
  if (all.length === 0) return undefined;
  const more = Math.max(0, all.length - FAILING_SHOWN) + unlisted;
  return html`<ul class="fail down" role="list" aria-label="Failing indicators">
    ${all.slice(0, FAILING_SHOWN).map(
      ([name, count]) =>
        html`<li>
          ${icon(HealthStatus.DOWN)}<span
            ><b class="n">${clip(name, LONGEST_NAME)}</b> fails at ${count} of ${present} instances</span
          >
        </li>`,
    )}${more > 0 && html`<li>and ${more} more indicators</li>`}
  </ul>`;
}
