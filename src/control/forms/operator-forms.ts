import { randomBytes } from 'node:crypto';
import type { LoggerService } from '@nestjs/common';
import { formatRaw } from '../../core/raw-error.js';
import { isHealthConfigurationError } from '../../errors/configuration.error.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { UnknownProbeError } from '../../errors/unknown-probe.error.js';
import type { ControlForms, FormLink, LinkingPage } from '../../extension/control-forms.js';
import { RESULT } from '../../extension/control-forms.js';
import type { EndpointResponse } from '../../extension/endpoint-response.js';
import type { ActionRequest } from '../../extension/health-actions.js';
import type { HealthControl } from '../../extension/health-control.js';
import type { HealthOverride, OverrideTerms } from '../../extension/health-override.js';
import type { HealthMonitor } from '../../extension/health-monitor.js';
import type { HealthPort } from '../../extension/health-port.js';
import { optionText } from '../../options/option-text.js';
import type { HealthRequest } from '../../options/health-module-options.js';
import type { HealthView } from '../../options/view.js';
import { type Markup, html } from '../../page/html.js';
import { wordFor } from '../../page/status-appearance.js';
import { exact } from '../../page/time.js';
import type { ControlAccess } from '../control-access.js';
import { isIndicator } from '../is-indicator.js';
import type { Maintenance } from '../maintenance.js';
import { type ChangeId, type ChangeTarget, CHANGES, DEFAULT_TIME, targetOf, urlOf } from './changes.js';
import { encodingFor } from './encoding.js';
import { type FieldName, type FormModel, renderForm } from './form-page.js';
import { readForm } from './read-form.js';
import { Results } from './results.js';
import { TrafficRefusals, shown } from './traffic-refusals.js';
import { backFrom, formResponse, noSuchForm, problemPage, redirect } from './form-responses.js';
import { isFromOwnPage } from './same-site.js';

interface FormsParts {
  readonly control: HealthControl;
  readonly monitor: HealthMonitor;
  readonly maintenance: Maintenance;
  readonly access: () => ControlAccess;
  readonly logger: Pick<LoggerService, 'error'>;
  readonly isOnMainPort: boolean;
}

/** The faults of a sent form. */
interface Refused {
  readonly statusCode: number;
  readonly faults?: FormModel['faults'];
  readonly problem?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The forms of the health page. A form carries the control key in its body with each change, so there is no session that a
 * page of another site could use. It works without JavaScript.
 */
export class OperatorForms implements ControlForms {
  readonly #parts: FormsParts;
  readonly #results = new Results();
  readonly #traffic: TrafficRefusals;
  /** A form of another instance, or from before a restart, has another value. Pages of other sites cannot read it. */
  readonly #instance = randomBytes(12).toString('base64url');
  #page: LinkingPage | undefined;
  readonly #changes: Readonly<Record<ChangeId, (change: Sent) => string | Promise<string>>> = {
    disable: ({ indicator, terms }) => {
      const { until } = this.#parts.control.override(indicator, { enabled: false }, terms);
      return `${indicator} is disabled until ${exact(until.getTime())} UTC.`;
    },
    'end-override': ({ indicator, terms: { by } }) =>
      this.#parts.control.clear(indicator, by)
        ? `The override of ${indicator} has ended.`
        : `${indicator} had no override any more.`,
    run: async ({ indicator }) => {
      const { status } = await this.#parts.control.runNow(indicator);
      return `${indicator} has run: ${wordFor(status)}.`;
    },
    'refuse-traffic': ({ terms }) => {
      const { until } = this.#parts.maintenance.begin(terms);
      return `Traffic is refused until ${until === undefined ? 'it is accepted again' : `${exact(until.getTime())} UTC`}.`;
    },
    'end-maintenance': ({ refusals, terms: { by } }) => this.#traffic.end(refusals, by),
  };

  constructor(parts: FormsParts) {
    this.#parts = parts;
    this.#traffic = new TrafficRefusals(parts.control);
  }

  isServedOn(port: HealthPort): boolean {
    return port === 'management' || this.#parts.isOnMainPort;
  }

  linkFrom(page: LinkingPage): void {
    this.#page = page;
  }

  linksOf(indicator: string): readonly FormLink[] {
    if (!isIndicator(this.#parts.monitor, indicator)) return [];
    const override = this.#overrideOf(indicator);
    const isDisabled = override?.options.enabled === false;
    return [
      ...(override ? [{ label: 'End the override…', url: urlOf({ id: 'end-override', indicator }) }] : []),
      ...(isDisabled ? [] : [{ label: 'Run now…', url: urlOf({ id: 'run', indicator }) }]),
      { label: isDisabled ? 'Disable longer…' : 'Disable…', url: urlOf({ id: 'disable', indicator }) },
    ];
  }

  get trafficLinks(): readonly FormLink[] {
    const isActive = this.#parts.maintenance.current !== undefined;
    return [
      ...(this.#traffic.hasMaintenance
        ? [{ label: 'End the maintenance…', url: urlOf({ id: 'end-maintenance', indicator: '' }) }]
        : []),
      { label: isActive ? 'Refuse longer…' : 'Refuse traffic…', url: urlOf({ id: 'refuse-traffic', indicator: '' }) },
    ];
  }

  resultOf(id: string): string | undefined {
    return this.#results.get(id);
  }

  /** Responds to each request for the URL of the forms. */
  async respond(action: ActionRequest): Promise<EndpointResponse> {
    const { request } = action;
    const back = backFrom(request.url);
    if (request.method === 'POST') return this.#receive(action, back);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return problemPage(405, back, 'Not allowed', 'The forms are opened by links of the health page.', {
        allow: 'GET, HEAD, POST',
      });
    }
    const view = await action.readView();
    // The page requests the key for reading from the browser.
    if (view === undefined || view === 'status') return redirect(back);
    const target = targetOf(request.url);
    if (!target || !this.#exists(target)) return noSuchForm(back);
    return this.#form(200, { request, target, view, back });
  }

  async #receive(action: ActionRequest, back: string): Promise<EndpointResponse> {
    const { request } = action;
    // Checked first, because a page of another site must not make a browser try keys.
    if (!isFromOwnPage(request)) {
      return problemPage(
        403,
        back,
        'Refused',
        'According to the browser, another site has sent this form. If you have sent it from the health page, a proxy changes the header Host: configure the proxy to pass Host on.',
      );
    }
    const target = targetOf(request.url);
    if (!target) return noSuchForm(back);
    const { fields, refused } = await readForm(action);
    if (!fields) return problemPage(refused.statusCode, back, 'Refused', refused.problem);
    const change = await this.#change(target, fields, action);
    if (typeof change === 'string') {
      const text = `${exact(Date.now()).slice(11)} UTC: ${change}`;
      return redirect(`${back}?${RESULT}=${this.#results.add(text)}`);
    }
    const view = (await action.readView()) ?? 'status';
    return this.#form(change.statusCode, { request, target, view, back, fields, refused: change });
  }

  /** Makes the change. Returns its result as a sentence, or the faults. */
  async #change(
    target: ChangeTarget,
    fields: ReadonlyMap<string, string>,
    { request }: ActionRequest,
  ): Promise<string | Refused> {
    // A key has no blanks around it, but a copied text may.
    const key = fields.get('key')?.trim() ?? '';
    if (key === '') return { statusCode: 400, faults: { key: 'Enter your control key.' } };
    const caller = await this.#parts.access().callerWith(key, request);
    if (caller.kind === 'limited') {
      const problem = 'Too many wrong keys were sent from your address. Wait a minute.';
      return { statusCode: 429, faults: { key: problem }, headers: caller.quota.headers };
    }
    if (caller.kind === 'unauthenticated') {
      const headers = { 'www-authenticate': 'Bearer realm="health"' };
      return { statusCode: 401, faults: { key: 'This key may not control this application.' }, headers };
    }
    if (fields.get('instance') !== this.#instance) {
      const problem =
        'This form is from another instance, or from before a restart. Check what it would change, enter the key and send it again. If this repeats, a balancer is in between: open the page by the address of the instance.';
      return { statusCode: 409, problem };
    }
    if (!this.#exists(target)) {
      return { statusCode: 404, problem: `There is no indicator ${target.indicator} any more.` };
    }
    try {
      const terms = {
        reason: fields.get('reason'),
        expiresIn: fields.get('expiresIn'),
        by: caller.name,
      } as OverrideTerms;
      const refusals = fields.get('refusals') ?? '';
      return await this.#changes[target.id]({ indicator: target.indicator, refusals, terms });
    } catch (error) {
      if (error instanceof UnknownProbeError) return { statusCode: 404, problem: `${error.message}.` };
      if (isHealthConfigurationError(error)) return refusedFor(error.faults);
      this.#parts.logger.error(`A form of HealthControlModule failed:\n${formatRaw(error)}`);
      return { statusCode: 500, problem: 'The operation failed, the log has the error.' };
    }
  }

  #form(statusCode: number, { request, target, view, back, fields, refused }: FormInput): EndpointResponse {
    const page = this.#page;
    const model: FormModel = {
      target,
      encoding: encodingFor(request),
      page: view === 'status' || !page ? undefined : view === 'full' ? page : { title: page.title },
      current: view === 'status' ? undefined : this.#current(target, view),
      instance: this.#instance,
      // The form ends only the refusals that the caller sees.
      refusals: view === 'status' ? (fields?.get('refusals') ?? '') : this.#traffic.ids,
      values: { reason: fields?.get('reason') ?? '', expiresIn: fields?.get('expiresIn') ?? DEFAULT_TIME },
      faults: refused?.faults ?? {},
      problem: refused?.problem,
      back,
    };
    return formResponse(statusCode, renderForm(model), refused?.headers);
  }

  /** The override or refusal that the change would replace or end. */
  #current({ id, indicator }: ChangeTarget, view: HealthView): Markup | undefined {
    if (id === 'run') return undefined;
    if (!CHANGES[id].isOfIndicator) return this.#traffic.describe(view, id === 'end-maintenance');
    const override = this.#overrideOf(indicator);
    if (!override) return id === 'end-override' ? html`there is no override.` : undefined;
    // Reports show overrides only in the full view.
    if (view !== 'full') return html`there is an override.`;
    return html`${optionText(override.options)}: ${shown(override, view)}`;
  }

  #exists({ id, indicator }: ChangeTarget): boolean {
    return !CHANGES[id].isOfIndicator || isIndicator(this.#parts.monitor, indicator);
  }

  #overrideOf(indicator: string): HealthOverride | undefined {
    return this.#parts.control.overrides.find((override) => override.indicator === indicator);
  }
}

interface Sent {
  readonly indicator: string;
  /** The ids of the refusals of traffic that the form has shown. */
  readonly refusals: string;
  readonly terms: OverrideTerms;
}

interface FormInput {
  readonly request: HealthRequest;
  readonly target: ChangeTarget;
  readonly view: HealthView;
  readonly back: string;
  readonly fields?: ReadonlyMap<string, string>;
  readonly refused?: Refused;
}

/** Each fault beside its field. */
function refusedFor(faults: readonly ConfigurationFault[]): Refused {
  const byField: Partial<Record<FieldName, string>> = {};
  const others: string[] = [];
  for (const { place, problem, remedy } of faults) {
    if (place === 'reason') byField.reason = 'Give a reason.';
    else if (place === 'expiresIn') byField.expiresIn = 'Choose a time.';
    else others.push(`${place}: ${problem}; ${remedy}.`);
  }
  return { statusCode: 400, faults: byField, ...(others.length > 0 && { problem: others.join(' ') }) };
}
