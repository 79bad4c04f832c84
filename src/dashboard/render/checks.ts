import type { MonitoredIndicator } from '../../extension/health-monitor.js';
import type { VisibleDetail } from '../../extension/visible-report.js';
import { partName } from '../../core/composite.js';
import { HealthStatus, isFailing } from '../../core/status.js';
import { optionText } from '../../options/option-text.js';
import type { Transition } from '../health-record.js';
import { dataOf } from './data.js';
import { type Content, type Markup, clip, html } from '../../page/html.js';
import { type PageModel, detailsOf } from './model.js';
import { formLinks } from './links.js';
import { describeRuns, sparkline } from './sparkline.js';
import { ATTENTION_ORDER, appearanceOf, icon, wordFor } from '../../page/status-appearance.js';
import { ago, exact, lasting } from '../../page/time.js';
import { formatAge } from '../../page/age.js';
import { termsPart } from '../../page/terms.js';

const RUNS_SHOWN = 40;
const CHANGES_SHOWN = 4;
const LONGEST_TEXT = 200;

export const idOf = (indicator: string): string => `c-${indicator}`;

/** The names of the checks in display order: by severity, skipped ones last. The parts of a composite follow it. */
export function namesInOrder({ report, monitor }: PageModel): string[] {
  if (!report.details) return [];
  const uncritical = new Set(monitor.indicators.filter(({ critical }) => !critical).map(({ name }) => name));
  const rank = ([name, { status, critical }]: [string, VisibleDetail]): number =>
    ATTENTION_ORDER[isFailing(status) && (critical === false || uncritical.has(name)) ? HealthStatus.DEGRADED : status];
  const inRank = Object.entries(report.details).toSorted((one, other) => rank(one) - rank(other));
  return [...detailsOf({ report: { ...report, details: Object.fromEntries(inRank) } }).keys()];
}

/** One check: a line, and in the full view a collapsed section with the details. */
export function checkPart(
  name: string,
  detail: VisibleDetail,
  model: PageModel,
  changes: readonly Transition[],
): Markup {
  const { status } = detail;
  const { word, className: colour } = appearanceOf(status);
  const isPart = partName(name) !== undefined && name !== model.name;
  const className = isPart ? `${colour} part` : colour;
  const title = html`${icon(status)}<span class="n">${name}</span>`;
  if (model.view !== 'full') {
    return html`<li id="${idOf(name)}" class="${className}">
      <div class="s">
        ${title}<span class="w"><b>${word}</b></span
        >${formLinks(model.forms?.linksOf(name), name)}
      </div>
    </li>`;
  }
  const { record, now } = model;
  const known = model.monitor.indicators.find((indicator) => indicator.name === name);
  const runs = record.runs(name);
  const since = detail.since ?? record.since('indicator', name, status);
  const message = detail.error ?? detail.message;
  const isUncritical =
    (known?.critical ?? detail.critical) === false && status !== HealthStatus.UP && status !== HealthStatus.SKIPPED;
  return html`<li id="${idOf(name)}" class="${className}">
    <details>
      <summary class="s">
        ${title}<span class="w"
          ><b>${word}</b
          >${since !== undefined && status !== HealthStatus.UP && html` ${lasting(since, now)}`}${isUncritical && html` <i>not critical</i>`}${message !== undefined && html` <q>${clip(message, LONGEST_TEXT)}</q>`}${detail.override && html` <i class="ov">override: ${termsOf(detail.override, now, true)}</i>`}${detail.source && sourceNotes(detail.source)}</span
        >${sparkline(runs, RUNS_SHOWN) ?? html`<span class="spark"></span>`}<span class="t"
          >${detail.response_time_ms !== undefined && status !== HealthStatus.SKIPPED && durationText(detail.response_time_ms)}</span
        ><span class="a">${detail.checked_at !== undefined && ago(detail.checked_at, now)}</span>
      </summary>
      <div class="d">
        ${formLinks(model.forms?.linksOf(name), name)}
        <dl>
          ${facts([
            ['Message', message !== undefined && message.length > LONGEST_TEXT && clip(message, LONGEST_TEXT * 10)],
            ['Code', detail.code],
            [`${word} since`, since !== undefined && html`${exact(since)} UTC`],
            ['Failed runs in a row', detail.consecutive_failures],
            ['Runs', describeRuns(runs)],
            ['Last error', lastError(name, model)],
            ['Stray runs', known && known.strayRuns > 0 && `${known.strayRuns} still running after the timeout`],
            ['Override', detail.override && overrideOf(detail.override, now)],
            ['From sources', detail.source && sourceOf(detail.source, now)],
            ['Settings', known && settingsOf(known)],
          ])}
        </dl>
        ${dataOf(name, detail.data, now)}${changesOf(name, changes)}
      </div>
    </details>
  </li>`;
}

/** A rounded duration of 0 means less than a millisecond. */
const durationText = (milliseconds: number): string => (milliseconds === 0 ? '< 1 ms' : `${milliseconds} ms`);

function lastError(name: string, { record, now }: PageModel): Content {
  const last = record.lastError(name);
  return last && html`${last.text}${last.code !== undefined && ` (${last.code})`}, ${ago(last.at, now)}`;
}

type Override = NonNullable<VisibleDetail['override']>;

/** The override, its reason, its author, and its end. */
function overrideOf(override: Override, now: number | undefined): Markup {
  const { reason: _reason, by: _by, until: _until, ...options } = override;
  return html`${clip(optionText(options), LONGEST_TEXT)}: ${termsOf(override, now)}`;
}

function termsOf({ reason, by, until }: Override, now: number | undefined, isShort = false): Markup {
  const end = typeof until === 'string' ? Date.parse(until) : Number.NaN;
  const author = typeof by === 'string' ? by : 'the application';
  return termsPart({ reason: String(reason), by: author, until: Number.isNaN(end) ? undefined : end }, now, {
    isShort,
  });
}

/** The parts of `sourceOf()` that need attention while the check is collapsed. */
function sourceNotes({ options, refused }: NonNullable<VisibleDetail['source']>): Content {
  return [
    options?.['enabled'] === false && html` <i class="ov">disabled by a source of options</i>`,
    refused !== undefined && html` <i class="ov">options of a source are refused</i>`,
  ];
}

/** The options that sources set, and why others are refused. */
function sourceOf(
  { options, refused, unavailable_since: unavailableSince }: NonNullable<VisibleDetail['source']>,
  now: number | undefined,
): Content {
  return [
    options && clip(optionText(options), LONGEST_TEXT * 2),
    unavailableSince !== undefined &&
      html` <i>may be out of date: the source is unavailable ${lasting(unavailableSince, now)}</i>`,
    refused?.map((reason) => html`<br /><b>refused</b> ${clip(reason, LONGEST_TEXT * 2)}`),
  ];
}

function settingsOf({ critical, probes, tags }: MonitoredIndicator): string {
  return [
    critical ? 'critical' : 'not critical',
    probes.length > 0 ? `probes: ${probes.join(', ')}, deep` : 'probes: deep only',
    ...(tags.length > 0 ? [`tags: ${tags.join(', ')}`] : []),
  ].join('; ');
}

function changesOf(name: string, changes: readonly Transition[]): Content {
  const own = changes.filter((change) => change.kind === 'indicator' && change.name === name).slice(0, CHANGES_SHOWN);
  if (own.length === 0) return undefined;
  const lines = own.map(
    ({ at, from, to, lasted }) =>
      html`<li>
        ${exact(at)} ${wordFor(from)} → ${wordFor(to)}${lasted !== undefined && ` after ${formatAge(lasted)}`}
      </li>`,
  );
  return html`<h3>Latest changes</h3>
    <ul>
      ${lines}
    </ul>`;
}

/** The facts that have a value. */
function facts(all: readonly (readonly [string, Content])[]): Content {
  return all.map(([term, value]) => {
    const isMissing = value === undefined || value === false;
    return isMissing
      ? undefined
      : html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`;
  });
}
