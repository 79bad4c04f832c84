import type { LoggerService } from '@nestjs/common';
import { formatRaw } from '../core/raw-error.js';
import { isHealthConfigurationError } from '../errors/configuration.error.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { UnknownProbeError } from '../errors/unknown-probe.error.js';
import type { ActionRequest, HealthActions } from '../extension/health-actions.js';
import type { HealthControl } from '../extension/health-control.js';
import type { RateLimiter } from '../endpoints/rate-limit/rate-limiter.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { OverrideTerms } from '../extension/health-override.js';
import { show } from '../options/rules.js';
import type { ControlAccess } from './control-access.js';
import { countOperation, withQuota } from './control-limit.js';
import { backFrom, problemPage } from './forms/form-responses.js';
import { OperatorForms } from './forms/operator-forms.js';
import { isIndicator } from './is-indicator.js';
import { readJson } from './json-body.js';
import { Maintenance } from './maintenance.js';
import { OPERATIONS, type OperationId } from './operations.js';
import { faulty, refusal, reply } from './json-responses.js';

export const NAME = 'control';

interface Call {
  readonly by: string;
  /** The parameters of the path. */
  readonly indicator: string;
  readonly action: ActionRequest;
}

interface ControlParts {
  readonly control: HealthControl;
  readonly monitor: HealthMonitor;
  readonly access: () => ControlAccess;
  /** Undefined: the operations are not limited. */
  readonly limiter: () => RateLimiter | undefined;
  readonly logger: Pick<LoggerService, 'error'>;
  readonly isOnMainPort: boolean;
  /** Whether the page has forms. */
  readonly hasForms: boolean;
}

/** The path of the forms, below that of the control. */
const FORM = 'form';

/** The operations below `/health/control`. Each request is authenticated before any other part of it is read. */
export class ControlActions implements HealthActions {
  readonly name = NAME;
  readonly operations = OPERATIONS;
  readonly pages: NonNullable<HealthActions['pages']>;
  readonly isOnMainPort: boolean;
  /** Undefined: the page has none. */
  readonly forms: OperatorForms | undefined;
  readonly #parts: ControlParts;
  readonly #maintenance: Maintenance;
  readonly #handlers: Readonly<Record<OperationId, (call: Call) => EndpointResponse | Promise<EndpointResponse>>> = {
    'GET ': () => reply(200, this.#state()),
    'PUT indicators/:name': (call) => this.#override(call),
    'DELETE indicators/:name': (call) => this.#clear(call),
    'POST indicators/:name/run': (call) => this.#run(call),
    'PUT maintenance': (call) => this.#refuseTraffic(call),
    'DELETE maintenance': ({ by }) => reply(200, { ended: this.#maintenance.end(by) }),
  };

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.isOnMainPort = parts.isOnMainPort;
    this.#maintenance = new Maintenance(parts.control);
    this.forms = parts.hasForms ? new OperatorForms({ ...parts, maintenance: this.#maintenance }) : undefined;
    this.pages = this.forms
      ? [
          { method: 'GET', path: FORM },
          { method: 'POST', path: FORM },
        ]
      : [];
  }

  async respond(action: ActionRequest): Promise<EndpointResponse> {
    try {
      return await this.#respondLimited(action);
    } catch (error) {
      if (error instanceof UnknownProbeError) return this.#unknown(error.probe);
      if (isHealthConfigurationError(error)) return faulty(error.faults.map(ofBody));
      this.#parts.logger.error(
        `The operation ${action.request.method} ${action.request.url.split('?', 1)[0]} of HealthControlModule failed:\n${formatRaw(error)}`,
      );
      return refusal(500, 'the operation failed, the log has the error');
    }
  }

  async #respondLimited(action: ActionRequest): Promise<EndpointResponse> {
    const limiter = this.#parts.limiter();
    const isForm = this.#isForm(action);
    const quota = limiter && countOperation(limiter, action.request, isForm);
    if (!quota?.isExceeded) {
      const response = await this.#respond(action);
      return quota ? withQuota(response, quota) : response;
    }
    if (!isForm) return refusal(429, 'too many requests', quota.headers);
    const text = `Your address has sent too many requests. Go back in ${quota.headers['retry-after']} s and send the form again.`;
    return problemPage(429, backFrom(action.request.url), 'Too many requests', text, quota.headers);
  }

  async #respond(action: ActionRequest): Promise<EndpointResponse> {
    const { request, segments } = action;
    if (this.forms && this.#isForm(action)) {
      if (!action.isRouted && request.method === 'POST') return refusal(404, 'not found');
      return this.forms.respond(action);
    }
    const caller = await this.#parts.access().callerOf(request);
    if (caller.kind === 'limited') return refusal(429, 'too many requests', caller.quota.headers);
    if (caller.kind === 'unauthenticated')
      return refusal(401, 'unauthorized', { 'www-authenticate': 'Bearer realm="health"' });
    const operations = segments ? OPERATIONS.filter(({ path }) => matches(path, segments)) : [];
    if (operations.length === 0) return refusal(404, 'not found');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const operation = operations.find((one) => one.method === method);
    if (!operation) {
      const allowed = operations.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method]));
      return refusal(405, 'method not allowed', { allow: allowed.join(', ') });
    }
    if (!action.isRouted) return refusal(404, 'not found');
    const id = `${operation.method} ${operation.path}` as OperationId;
    return this.#handlers[id]({ by: caller.name, indicator: segments?.[1] ?? '', action });
  }

  #state(): object {
    const { control, monitor } = this.#parts;
    const { current } = this.#maintenance;
    return {
      phase: monitor.state.phase,
      overrides: control.overrides,
      ...(current && { maintenance: current }),
      refusals: control.refusals,
    };
  }

  async #override({ by, indicator, action }: Call): Promise<EndpointResponse> {
    if (!isIndicator(this.#parts.monitor, indicator)) return this.#unknown(indicator);
    const { object, refused } = await readJson(action);
    if (!object) return refused;
    if ('by' in object) return faulty([BY]);
    const { reason, expiresIn, ...options } = object;
    const terms = { reason, expiresIn, by } as OverrideTerms;
    return reply(200, this.#parts.control.override(indicator, options, terms));
  }

  #clear({ by, indicator }: Call): EndpointResponse {
    if (!isIndicator(this.#parts.monitor, indicator)) return this.#unknown(indicator);
    return reply(200, { ended: this.#parts.control.clear(indicator, by) });
  }

  async #run({ indicator }: Call): Promise<EndpointResponse> {
    return reply(200, { indicator, detail: await this.#parts.control.runNow(indicator) });
  }

  async #refuseTraffic({ by, action }: Call): Promise<EndpointResponse> {
    const { object, refused } = await readJson(action);
    if (!object) return refused;
    const { reason, expiresIn, ...others } = object;
    const unknown = Object.keys(others).map((name): ConfigurationFault => (name === 'by' ? BY : unknownProperty(name)));
    if (unknown.length > 0) return faulty(unknown);
    return reply(200, this.#maintenance.begin({ reason, expiresIn, by } as OverrideTerms));
  }

  #isForm({ segments }: ActionRequest): boolean {
    return this.forms !== undefined && segments?.length === 1 && segments[0] === FORM;
  }

  #unknown(indicator: string): EndpointResponse {
    const indicators = this.#parts.monitor.indicators.map(({ name }) => name);
    return reply(404, { error: `there is no indicator ${show(indicator)}`, indicators });
  }
}

function matches(path: string, segments: readonly string[]): boolean {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.length === segments.length && parts.every((part, index) => part === ':name' || part === segments[index]);
}

const BY: ConfigurationFault = {
  place: 'by',
  problem: 'the author is the name of the key, or the name that authorize returns',
  remedy: 'remove by',
};

const unknownProperty = (name: string): ConfigurationFault => ({
  place: 'body',
  problem: `there is no property ${show(name)}`,
  remedy: 'the properties are reason, expiresIn',
});

/** Names the place in the body, which contains the options, the reason and the end on one level. */
function ofBody({ place, problem, remedy }: ConfigurationFault): ConfigurationFault {
  return { place: place === 'options' ? 'body' : place.replace(/^options, /, ''), problem, remedy };
}
