import { HealthStatus, isFailing } from '../../core/status.js';
import type { DrainStep, LifecycleState } from '../../extension/health-monitor.js';
import type { VisibleDetail } from '../../extension/visible-report.js';
import { formatAge } from '../../page/age.js';
import type { Transition } from '../health-record.js';
import { checkPart, idOf, namesInOrder } from './checks.js';
import { type Content, type Markup, clip, html } from '../../page/html.js';
import { overridesOf, sourceProblems } from './attention.js';
import { formLinks } from './links.js';
import { type PageModel, detailsOf } from './model.js';
import { appearanceOf, icon, wordFor } from '../../page/status-appearance.js';
import { termsPart } from '../../page/terms.js';
import { ago, exact, lasting } from '../../page/time.js';

const TRANSITIONS_SHOWN = 30;
const NAMES_SHOWN = 6;
const LONGEST_TEXT = 160;

/** The parts of a page that can change, by element id, and its title, status and order of checks. */
export interface PageParts {
  readonly title: string;
  readonly status: PageModel['report']['status'];
  readonly order: readonly string[];
  readonly parts: Readonly<Record<string, Markup>>;
}

/** The parts of the live page. */
export function livePartsOf(model: PageModel): PageParts {
  const seesComponents = model.view !== 'status';
  const changes = model.record.transitions(model.now ?? Date.now());
  return assemble(model, changes, {
    ...(seesComponents && { probes: probesPart(model), history: historyPart(model, changes) }),
  });
}

/** The parts of any other page, which shows one report only. */
export function staticPartsOf(model: PageModel): PageParts {
  return assemble(model, model.record.transitions(model.now ?? Date.now()), {});
}

function assemble(
  model: PageModel,
  changes: readonly Transition[],
  additional: Readonly<Record<string, Markup>>,
): PageParts {
  const { report, title } = model;
  const order = namesInOrder(model);
  const details = detailsOf(model);
  const checks = order.map((name) => {
    const detail = details.get(name) ?? { status: HealthStatus.UNKNOWN };
    return [idOf(name), checkPart(name, detail, model, changes)] as const;
  });
  const { status, text } = headlineOf(model);
  return {
    title: `${SYMBOLS[status]} ${text} · ${title}`,
    status,
    order: order.map(idOf),
    parts: {
      service: servicePart(model),
      state: statePart(model),
      count: html`<span id="count">${report.details && [...details.values()].filter(isCheck).length}</span>`,
      ...additional,
      ...Object.fromEntries(checks),
    },
  };
}

/** The symbol before the status in the title of the page. */
const SYMBOLS: Readonly<Record<PageModel['report']['status'], string>> = {
  UP: '✓',
  DEGRADED: '▲',
  UNKNOWN: '?',
  OUT_OF_SERVICE: '–',
  DOWN: '✕',
};

function servicePart({ report, title, instance, view, now }: PageModel): Markup {
  const { service_info: service } = report;
  const facts: Content[] = service
    ? [
        service.version,
        service.environment,
        service.commit !== undefined && `commit ${clip(service.commit, 12)}`,
        view === 'full' && instance,
      ].flatMap((fact) => (fact === undefined || fact === false ? [] : [html`<span>${fact}</span>`]))
    : [];
  const started = service && html`<span>started ${ago(startOf(service.uptime_seconds), now)}</span>`;
  return html`<p id="service"><strong>${title}</strong>${facts}${started}</p>`;
}

/** Computed once, because the rounded uptime would change the second from report to report. */
let startedAt: number | undefined;
function startOf(uptime: number): number {
  return (startedAt ??= Date.now() - uptime * 1000);
}

/** The status at the top of the page. An application without failures that accepts no traffic is OUT_OF_SERVICE. */
function headlineOf(model: PageModel): { readonly status: PageModel['report']['status']; readonly text: string } {
  const { status } = model.report;
  const { word } = appearanceOf(status);
  const isUpWithoutTraffic = isClosed(model) && !isFailing(status);
  return isUpWithoutTraffic
    ? { status: HealthStatus.OUT_OF_SERVICE, text: `${word}, no traffic` }
    : { status, text: word };
}

/** Whether the application accepts no traffic, and the probe depends on it. */
function isClosed({ report, view, monitor, name }: PageModel): boolean {
  if (view === 'status' || monitor.state.phase === 'accepting') return false;
  return name === 'deep' || report.reason !== undefined;
}

function statePart(model: PageModel): Markup {
  const { report, name, record, monitor, now } = model;
  const { status, text } = headlineOf(model);
  const { className } = appearanceOf(status);
  const since = monitor.probes.includes(name)
    ? record.since('probe', name, report.status)
    : record.since('indicator', name, report.status);
  const probeName = name === 'deep' ? undefined : html`<span class="q">${name}</span> `;
  return html`<div id="state" class="${className}">
    <div class="wrap">
      <h1>${icon(status)}${probeName}<span>${text}</span></h1>
      ${model.view !== 'status' && html`<p class="since">${since === undefined ? 'no change since the start' : lasting(since, now)}</p>`}${leadOf(model)}
    </div>
  </div>`;
}

/** The sentences below the headline. */
function leadOf(model: PageModel): Content {
  const { report, view, record, now } = model;
  if (view === 'status' || !report.details) return undefined;
  return html`<p class="lead">${summaryOf(model)}</p>
    ${isClosed(model) && html`<p class="lead closed"><b>Accepts no traffic</b> ${lasting(record.stateSince, now)}: ${closedReason(model)}</p>`}${overridesOf(model)}${sourceProblems(model)}`;
}

/** The reason why there is no traffic: the state, or each refusal of the application with its author and its end. */
function closedReason({ monitor, view, now }: PageModel): Content {
  const { state, refusals } = monitor;
  if (state.phase !== 'refusing') return clip(describeState(state), LONGEST_TEXT * 2);
  return refusals.slice(0, NAMES_SHOWN).map(({ reason, by, until }, index) => {
    const author = view === 'full' ? (by ?? (until && 'the application')) : undefined;
    return html`${index > 0 && '; '}${termsPart({ reason, by: author, until: until?.getTime() }, now)}`;
  });
}

function summaryOf(model: PageModel): string {
  const details = [...detailsOf(model)].filter(([, detail]) => isCheck(detail));
  if (details.length === 0) return 'No indicators are registered.';
  const skipped = details.filter(([, { status }]) => status === HealthStatus.SKIPPED).length;
  const enabled = details.length - skipped;
  if (enabled === 0) return 'All checks are skipped.';
  // All counts refer to the number of checks in the list.
  const skippedCount = skipped === 1 ? '1 is skipped' : `${skipped} are skipped`;
  const byName = new Map(details);
  const notUp = namesInOrder(model).filter((name) => needsAttention(byName.get(name)));
  if (notUp.length === 0) {
    if (skipped > 0)
      return `${enabled} of ${details.length} checks ${enabled === 1 ? 'is' : 'are'} up, ${skippedCount}.`;
    return enabled === 1 ? 'The check is up.' : `All ${enabled} checks are up.`;
  }
  const names = notUp.slice(0, NAMES_SHOWN).join(', ');
  const more = notUp.length > NAMES_SHOWN ? ` and ${notUp.length - NAMES_SHOWN} more` : '';
  return `${notUp.length} of ${details.length} ${details.length === 1 ? 'check' : 'checks'} not up: ${names}${more}.${skipped > 0 ? ` ${skippedCount}.` : ''}`;
}

/** A composite indicator is not counted as a check. Its parts are. */
const isCheck = ({ details }: VisibleDetail): boolean => details === undefined;

const needsAttention = (detail: VisibleDetail | undefined): boolean =>
  detail !== undefined && detail.status !== HealthStatus.UP && detail.status !== HealthStatus.SKIPPED;

const STEPS: Readonly<Record<DrainStep, string>> = {
  balancers: 'waiting for balancers to stop sending requests',
  work: 'finishing work in flight',
  connections: 'closing the last connections',
  done: 'drained',
};

function describeState({ phase, drainStep, reason = '' }: LifecycleState): string {
  if (phase === 'draining') return `shutting down, ${STEPS[drainStep ?? 'balancers']}`;
  return phase === 'accepting' ? 'accepted' : reason || phase;
}

function probesPart({ monitor, record, forms, now }: PageModel): Markup {
  const links = formLinks(forms?.trafficLinks);
  const { state } = monitor;
  const probes = monitor.probes.map((probe) => {
    const { status } = monitor.peek(probe);
    const { word, className } = appearanceOf(status);
    const since = record.since('probe', probe, status);
    return html`<li class="${className}">
      ${icon(status)}<span class="n">${probe}</span>
      <b>${word}</b>${since !== undefined && html` ${lasting(since, now)}`}
    </li>`;
  });
  const traffic =
    state.phase === 'accepting'
      ? html`<li class="up">${icon('UP')}<span class="n">traffic</span> <b>accepted</b>${links}</li>`
      : html`<li class="out">
          ${icon('OUT_OF_SERVICE')}<span class="n">traffic</span> <b>${state.phase}</b>${links}
        </li>`;
  return html`<ul id="probes" class="probes" aria-label="Probes and groups">
    ${traffic}${probes}
  </ul>`;
}

function historyPart(model: PageModel, changes: readonly Transition[]): Markup {
  const shown = changes.slice(0, TRANSITIONS_SHOWN);
  const rows = shown.map((change) => historyRow(change, model));
  const older = changes.length - shown.length;
  return html`<div id="history">
    ${
      rows.length === 0
        ? html`<p class="none">No changes since the start.</p>`
        : html`<table class="log">
              <thead>
                <tr>
                  <th scope="col">When (UTC)</th>
                  <th scope="col">Name</th>
                  <th scope="col">Change</th>
                  <th scope="col">Reason</th>
                </tr>
              </thead>
              <tbody>
                ${rows}
              </tbody>
            </table>
            ${older > 0 && html`<p class="none">${older} older changes are not shown.</p>`}`
    }
  </div>`;
}

function historyRow(transition: Transition, model: PageModel): Markup {
  return transition.kind === 'event-loop' ? stallRow(transition, model) : changeRow(transition, model);
}

/** The code that blocked the event loop is for callers that may see errors. */
function stallRow({ at, lasted = 0, reason }: Transition, { view, now }: PageModel): Markup {
  return html`<tr>
    <td>${exact(at)} <span class="a">${ago(at, now)}</span></td>
    <td><span class="n">event loop</span></td>
    <td class="degraded"><b>blocked</b> <i>for ${formatAge(lasted)}</i></td>
    <td>${view === 'full' && reason !== undefined && `in ${clip(reason, LONGEST_TEXT)}`}</td>
  </tr>`;
}

function changeRow({ kind, name, from, to, at, lasted, reason }: Transition, { view, now }: PageModel): Markup {
  const subject = kind === 'application' ? 'traffic' : name;
  // The view `components` includes the application's own reasons, and no errors.
  const shownReason = kind === 'indicator' && view !== 'full' ? undefined : reason;
  const target = colourOf(to);
  return html`<tr>
    <td>${exact(at)} <span class="a">${ago(at, now)}</span></td>
    <td><span class="n">${subject}</span>${kind === 'probe' && html` <i>probe</i>`}</td>
    <td class="${target}">
      ${wordFor(from)} → <b>${wordFor(to)}</b>${lasted !== undefined && html` <i>after ${formatAge(lasted)}</i>`}
    </td>
    <td>${shownReason !== undefined && clip(shownReason, LONGEST_TEXT)}</td>
  </tr>`;
}

const colourOf = (state: string): string =>
  Object.hasOwn(HealthStatus, state) ? appearanceOf(state as HealthStatus).className : 'skipped';

/** The announcement of a change for screen readers. */
export function announcementOf(
  { kind, name, to, reason, lasted = 0 }: Transition,
  view: PageModel['view'],
): string | undefined {
  if (view === 'status' || kind === 'probe') return undefined;
  if (kind === 'event-loop') return `The event loop was blocked for ${formatAge(lasted)}`;
  if (kind === 'application') return `The application is ${to}${reason === undefined ? '' : `: ${reason}`}`;
  return `${name} is ${wordFor(to)}${view === 'full' && reason !== undefined ? `: ${clip(reason, LONGEST_TEXT)}` : ''}`;
}
