import { HealthStatus } from '../../core/status.js';
import { LONGEST_TEXT } from '../../core/bounded-text.js';
import type { LinkingPage } from '../../extension/control-forms.js';
import { BASE_STYLE } from '../../page/base-style.js';
import { type Content, type Markup, html, raw } from '../../page/html.js';
import { pageHead } from '../../page/page-head.js';
import { pageHeaders } from '../../page/page-headers.js';
import { SHAPE_DEFINITIONS } from '../../page/status-appearance.js';
import { CHANGES, type ChangeTarget, DEFAULT_TIME, TIMES } from './changes.js';
import type { FormEncoding } from './encoding.js';
import { FORM_STYLE } from './form-style.js';

const STYLE_TEXT = BASE_STYLE + FORM_STYLE;
const STYLE = raw(`<style>${STYLE_TEXT}</style>`);

/**
 * No site can show the form in a frame. With the referrer policy `no-referrer` of the other pages, browsers would send
 * `Origin: null` with the form, which a page of another site can send too.
 */
export const FORM_HEADERS: Readonly<Record<string, string>> = {
  ...pageHeaders({ style: STYLE_TEXT, hasForm: true }),
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
};

/** The fields, and the faults beside them. The key is never shown again. */
export type FieldName = 'reason' | 'expiresIn' | 'key';

export interface FormModel {
  readonly target: ChangeTarget;
  readonly encoding: FormEncoding;
  /** Undefined: the caller may not see its names. */
  readonly page: Partial<LinkingPage> | undefined;
  /** The override or refusal that the change would replace or end. Undefined: none, or the caller may not see it. */
  readonly current: Markup | undefined;
  /** Identifies this instance and its start. */
  readonly instance: string;
  /** The ids of the refusals of traffic that are shown. */
  readonly refusals: string;
  readonly values: Readonly<Record<'reason' | 'expiresIn', string>>;
  readonly faults: Readonly<Partial<Record<FieldName, string>>>;
  /** A fault that belongs to no field. */
  readonly problem?: string | undefined;
  /** The relative URL of the page. */
  readonly back: string;
}

export function renderForm(model: FormModel): string {
  const { target, current, problem, faults } = model;
  const { heading, effect, className, hasTerms, button, isOfIndicator } = CHANGES[target.id];
  const [before, after] = heading;
  const title = `${before}${target.indicator}${after}`;
  const isFaulty = problem !== undefined || Object.keys(faults).length > 0;
  const lead = html`<p class="lead">${effect}</p>
    ${current && html`<p class="lead now"><b>At present:</b> ${current}</p>`}`;
  return renderPage(model, {
    title: isFaulty ? `Not done: ${title}` : title,
    className,
    heading: html`<span>${before}${isOfIndicator && html`<span class="q">${target.indicator}</span>`}${after}</span>`,
    lead,
    main: html`${isFaulty && html`<p id="problem" role="alert"><b>Nothing has changed.</b> ${problem ?? 'See the marked fields.'}</p>`}
      <form method="post" enctype="${model.encoding}" autocomplete="off">
        ${hasTerms && [reasonField(model), timeField(model)]}${keyField(model)}
        <input type="hidden" name="instance" value="${model.instance}" />
        ${target.id === 'end-maintenance' && html`<input type="hidden" name="refusals" value="${model.refusals}" />`}
        <p class="go">
          <button class="${className}">${button(target.indicator)}</button>
          <a href="${model.back}">Cancel</a>
        </p>
      </form>`,
  });
}

/** A page with the reason why there is no form. */
export function renderProblem(back: string, title: string, text: string): string {
  return renderPage(
    { back, page: undefined },
    {
      title,
      className: 'unknown',
      heading: html`<span>${title}</span>`,
      lead: html`<p class="lead">${text}</p>`,
      main: html`<p><a href="${back}">Back to the health page</a></p>`,
    },
  );
}

interface Parts {
  readonly title: string;
  readonly className: string;
  readonly heading: Markup;
  readonly lead: Markup;
  readonly main: Markup;
}

function renderPage({ page, back }: Pick<FormModel, 'page' | 'back'>, parts: Parts): string {
  const names =
    page &&
    html`<p id="service">
      <strong>${page.title}</strong>${page.instance !== undefined && html`<span>${page.instance}</span>`}
    </p>`;
  return html`<!doctype html>
    <html lang="en">
      ${pageHead({ title: [parts.title, ...(page?.title === undefined ? [] : [page.title])].join(' · '), status: HealthStatus.UNKNOWN, reload: false, style: STYLE })}
      <body>
        ${SHAPE_DEFINITIONS}
        <header>
          <div class="bar wrap">
            ${names}
            <p><a href="${back}">Back to the health page</a></p>
          </div>
          <div id="state" class="${parts.className}">
            <div class="wrap">
              <h1>${parts.heading}</h1>
              ${parts.lead}
            </div>
          </div>
        </header>
        <main class="wrap">${parts.main}</main>
      </body>
    </html>`.text;
}

function reasonField(model: FormModel): Markup {
  const control = html`<input
    id="reason"
    name="reason"
    value="${model.values.reason}"
    maxlength="${LONGEST_TEXT}"
    required
    ${stateOf('reason', model)}
  />`;
  return field('reason', 'Reason', 'Reports, the log and alerts show it.', control, model);
}

function timeField(model: FormModel): Markup {
  const given = Object.hasOwn(TIMES, model.values.expiresIn) ? model.values.expiresIn : DEFAULT_TIME;
  const options = Object.entries(TIMES).map(
    ([value, label]) => html`<option value="${value}" ${value === given && html` selected`}>${label}</option>`,
  );
  const control = html`<select id="expiresIn" name="expiresIn" ${stateOf('expiresIn', model)}>
    ${options}
  </select>`;
  return field('expiresIn', 'For', 'It ends at that time, or earlier if you end it.', control, model);
}

function keyField(model: FormModel): Markup {
  const control = html`<input
    id="key"
    name="key"
    type="password"
    autocomplete="off"
    spellcheck="false"
    required
    ${stateOf('key', model)}
  />`;
  return field(
    'key',
    'Control key',
    'The log names its owner. It is not the key for reading this page.',
    control,
    model,
  );
}

/** The first field with a fault has the focus, otherwise the first field. */
function stateOf(name: FieldName, { faults, target }: FormModel): Content {
  const first = (['reason', 'expiresIn', 'key'] as const).find((each) => faults[each] !== undefined);
  const hasFocus = name === (first ?? (CHANGES[target.id].hasTerms ? 'reason' : 'key'));
  const isFaulty = faults[name] !== undefined;
  return html` aria-describedby="${isFaulty ? `f-${name} h-${name}` : `h-${name}`}"${isFaulty && html` aria-invalid="true"`}${hasFocus && html` autofocus`}`;
}

function field(name: FieldName, label: string, hint: string, control: Markup, { faults }: FormModel): Markup {
  const fault = faults[name];
  return html`<div class="f">
    <label for="${name}">${label}</label>
    ${control}${fault !== undefined && html`<p id="f-${name}" class="fault">${fault}</p>`}
    <p id="h-${name}" class="hint">${hint}</p>
  </div>`;
}
