import { elapsed } from '../core/moment.js';
import type { Evaluation } from '../core/probe.js';
import type { StandardProbe } from '../core/registry.js';
import type { HealthEndpoint, HealthFormatter } from '../extension/health-endpoints.js';
import { project } from '../extension/visible-report.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import { type HealthView, VIEWS } from '../options/view.js';
import type { Access } from './access.js';
import { baseOf } from './base.js';
import { MEDIA_TYPES, type Presenter } from './formats/format.js';
import { presentAsHealthJson } from './formats/health-json.js';
import { JSON_PRESENTERS } from './formats/json-shapes.js';
import { formatOf } from './formats/negotiation.js';
import { presentAsText } from './formats/text.js';
import {
  BASE_HEADERS,
  type HealthResponse,
  finishHead,
  finishResponse,
  finishText,
  mergeHeaders,
} from './health-response.js';
import { wider } from './views.js';

const BEARER = 'Bearer realm="health"';
const BASIC = 'Basic realm="health", charset="UTF-8"';

/** Where reports come from. */
export interface ReportSource {
  has(name: string): boolean;
  /** `patience`: how many milliseconds the caller has, if that is less than the deadline. */
  evaluate(name: string, patience?: number): Evaluation | Promise<Evaluation>;
}

type Answer = HealthResponse | Promise<HealthResponse>;

/** The finished answers to one question, one for each format and view, as long as the evaluation behind them is the current one. */
interface Rendered {
  evaluation: Evaluation;
  readonly responses: Record<string, Partial<Record<HealthView, HealthResponse>>>;
}

/** Told of every answer to a probe: its name, the question and the answer. */
export type OnAnswered = (probe: string, request: HealthRequest, response: HealthResponse) => void;

/** Turns a question over HTTP into a finished answer. It knows requests and answers as data, and no framework. */
export class Responder {
  readonly #settings: HealthSettings;
  readonly #source: ReportSource;
  readonly #access: Access | undefined;
  readonly #onAnswered: OnAnswered | undefined;
  readonly #furtherEndpoints = new Map<string, HealthEndpoint>();
  readonly #rendered = new Map<string, Rendered>();
  readonly #notFound: HealthResponse;
  readonly #unauthorized: HealthResponse;
  readonly #unauthorizedInBrowser: HealthResponse;
  readonly #furtherFormats = new Map<string, HealthFormatter>();
  readonly #presenters: Record<string, Presenter>;
  #mediaTypes: Readonly<Record<string, string>> = MEDIA_TYPES;

  constructor(settings: HealthSettings, source: ReportSource, access?: Access, onAnswered?: OnAnswered) {
    this.#settings = settings;
    this.#source = source;
    this.#access = access;
    this.#onAnswered = onAnswered;
    const headers = mergeHeaders(BASE_HEADERS, settings.headers);
    const unauthorized = (challenge: string | string[]): HealthResponse =>
      finishResponse(401, { ...headers, 'www-authenticate': challenge }, { error: 'unauthorized' });
    this.#notFound = finishResponse(404, headers, { error: 'not found' });
    this.#unauthorized = unauthorized(BEARER);
    // In lines of their own: a browser that reads them as one takes no further scheme than the first.
    this.#unauthorizedInBrowser = unauthorized([BASIC, BEARER]);
    this.#presenters = {
      json: JSON_PRESENTERS[settings.format],
      health: presentAsHealthJson,
      text: presentAsText,
    };
  }

  /** Takes in an endpoint beside the probes. */
  add(endpoint: HealthEndpoint): void {
    if (this.#furtherEndpoints.has(endpoint.name)) throw new Error(`There are two endpoints named ${endpoint.name}`);
    this.#furtherEndpoints.set(endpoint.name, endpoint);
  }

  /** Takes in a format beside those that are always there. */
  addFormat(formatter: HealthFormatter): void {
    const { name, mediaType } = formatter;
    if (Object.hasOwn(this.#mediaTypes, name)) throw new Error(`There are two formats named ${name}`);
    this.#mediaTypes = { ...this.#mediaTypes, [name]: mediaType };
    this.#furtherFormats.set(name, formatter);
  }

  /** Answers `/health`. */
  overview(request: HealthRequest): Answer {
    if (asksDeep(request.url)) {
      return this.#settings.endpoints.deep.enabled ? this.probe('deep', request) : this.#notFound;
    }
    return this.#told('overview', request, this.#answer('live', this.#settings.endpoints.overview.view, request));
  }

  /** Answers one of the standard probes. */
  probe(probe: StandardProbe, request: HealthRequest): Answer {
    const { view } = this.#settings.endpoints[probe];
    const access = probe === 'deep' ? this.#access : undefined;
    return this.#told(probe, request, access ? this.#deep(access, request) : this.#answer(probe, view, request));
  }

  /** Answers `/health/<name>`: one indicator or one group, or an endpoint beside the probes. Callers who may not see components are not told which exist. */
  check(name: string, request: HealthRequest): Answer {
    const further = this.#furtherEndpoints.get(name);
    if (further) return this.#further(further, request);
    // Standard probes have endpoints of their own, which can be turned off or moved.
    if (!this.#settings.endpoints.checks.enabled) return this.#notFound;
    if (Object.hasOwn(this.#settings.endpoints, name) || !this.#source.has(name)) return this.#notFound;
    const { view } = this.#settings.endpoints.checks;
    if (this.#access) return this.#told(name, request, this.#check(name, view, this.#access, request));
    return view === 'status' ? this.#notFound : this.#told(name, request, this.#answer(name, view, request));
  }

  #answer(name: string, view: HealthView, request: HealthRequest): Answer {
    const format = this.#formatOf(request);
    if (format === undefined) return this.#notAcceptable();
    const evaluation = this.#source.evaluate(name);
    if (this.#access) {
      const granted = this.#access.viewFor(request, this.#half(name));
      return this.#widened(name, view, evaluation, granted, format, request);
    }
    if (evaluation instanceof Promise)
      return evaluation.then((evaluated) => this.#render(name, view, evaluated, format, request));
    return this.#render(name, view, evaluation, format, request);
  }

  async #widened(
    name: string,
    view: HealthView,
    evaluation: Evaluation | Promise<Evaluation>,
    granted: Promise<HealthView | undefined>,
    format: string,
    request: HealthRequest,
  ): Promise<HealthResponse> {
    const [evaluated, theirs] = await Promise.all([evaluation, granted]);
    return this.#render(name, theirs === undefined ? view : wider(view, theirs), evaluated, format, request);
  }

  async #deep(access: Access, request: HealthRequest): Promise<HealthResponse> {
    const began = elapsed();
    const granted = await access.viewFor(request, this.#half('deep'));
    if (granted === undefined) return this.#challenge(request);
    const format = this.#formatOf(request);
    if (format === undefined) return this.#notAcceptable();
    return this.#render('deep', granted, await this.#evaluateInTime('deep', began), format, request);
  }

  async #further(endpoint: HealthEndpoint, request: HealthRequest): Promise<HealthResponse> {
    const view = this.#access
      ? await this.#access.viewFor(request, this.#half('deep'))
      : this.#settings.endpoints.deep.view;
    if (view === undefined && endpoint.access === 'deep') return this.#challenge(request);
    const answer = await endpoint.respond(request, view ?? VIEWS[0]);
    const { statusCode, contentType } = answer;
    const own = { ...BASE_HEADERS, 'content-type': contentType };
    const headers = mergeHeaders(own, this.#settings.headers, answer.headers);
    if ('body' in answer) return finishText(statusCode, headers, answer.body);
    return finishHead(statusCode, headers, (outlet) => answer.open(outlet));
  }

  async #check(name: string, view: HealthView, access: Access, request: HealthRequest): Promise<HealthResponse> {
    const began = elapsed();
    const granted = await access.viewFor(request, this.#half(name));
    const theirs = granted === undefined ? view : wider(view, granted);
    if (theirs === 'status') return this.#notFound;
    const format = this.#formatOf(request);
    if (format === undefined) return this.#notAcceptable();
    return this.#render(name, theirs, await this.#evaluateInTime(name, began), format, request);
  }

  #formatOf(request: HealthRequest): string | undefined {
    return formatOf(request, this.#mediaTypes);
  }

  #notAcceptable(): HealthResponse {
    const headers = mergeHeaders(BASE_HEADERS, this.#settings.headers);
    return finishResponse(406, headers, { error: 'not acceptable', formats: this.#mediaTypes });
  }

  /** A browser asks for a password by itself, but only when it is told to. Nobody else is asked to send one. */
  #challenge(request: HealthRequest): HealthResponse {
    if (this.#furtherFormats.size === 0 || this.#access?.hasKeys !== true) return this.#unauthorized;
    const format = this.#formatOf(request) ?? '';
    return this.#furtherFormats.get(format)?.isForBrowsers === true ? this.#unauthorizedInBrowser : this.#unauthorized;
  }

  /** In what is left of the deadline. */
  #evaluateInTime(name: string, began: number): Evaluation | Promise<Evaluation> {
    return this.#source.evaluate(name, this.#deadline(name) - (elapsed() - began));
  }

  #deadline(name: string): number {
    return this.#settings.deadlines[name] ?? this.#settings.deadline;
  }

  /** What `authorize` may take of the deadline. */
  #half(name: string): number {
    return this.#deadline(name) / 2;
  }

  #told(probe: string, request: HealthRequest, answer: Answer): Answer {
    const tell = this.#onAnswered;
    if (!tell) return answer;
    if (answer instanceof Promise)
      void answer.then(
        (finished) => tell(probe, request, finished),
        () => undefined,
      );
    else tell(probe, request, answer);
    return answer;
  }

  #render(
    name: string,
    view: HealthView,
    evaluation: Evaluation,
    format: string,
    request: HealthRequest,
  ): HealthResponse {
    let rendered = this.#rendered.get(name);
    if (rendered?.evaluation !== evaluation) {
      rendered = { evaluation, responses: {} };
      this.#rendered.set(name, rendered);
    }
    const presenter = this.#presenters[format];
    if (!presenter) return this.#renderFurther(name, view, rendered, format, request);
    const responses = (rendered.responses[format] ??= {});
    return (responses[view] ??= this.#write(name, view, evaluation, format, presenter));
  }

  /** A page has links, which depend on where it was asked for. */
  #renderFurther(
    name: string,
    view: HealthView,
    { evaluation, responses }: Rendered,
    format: string,
    request: HealthRequest,
  ): HealthResponse {
    const formatter = this.#furtherFormats.get(format);
    if (!formatter) throw new Error(`There is no format ${format}`);
    const base = baseOf(request.url, this.#settings.path);
    const present: Presenter = (report) => formatter.format({ name, report, view, base });
    const fromThere = (responses[`${format} ${base}`] ??= {});
    return (fromThere[view] ??= this.#write(name, view, evaluation, format, present, formatter.headers));
  }

  #write(
    name: string,
    view: HealthView,
    { report, checkedAt }: Evaluation,
    format: string,
    present: Presenter,
    further?: Readonly<Record<string, string>>,
  ): HealthResponse {
    const { statusCodes, retryAfter, identity, headers } = this.#settings;
    const statusCode = statusCodes[report.status];
    const own = {
      ...BASE_HEADERS,
      'content-type': `${this.#mediaTypes[format]}; charset=utf-8`,
      'x-health-status': report.status,
      'x-health-checked-at': checkedAt,
      ...(statusCode === 503 && { 'retry-after': String(retryAfter) }),
      ...(view !== VIEWS[0] && identity.version !== undefined && { 'x-service-version': identity.version }),
    };
    return finishText(statusCode, mergeHeaders(own, headers, further), present(project(report, view), name));
  }
}

/** `?deep=true`, `?deep=1` or just `?deep`. The query is read from the URL, whatever parser the application has set. */
function asksDeep(url: string): boolean {
  const start = url.indexOf('?');
  if (start < 0) return false;
  const value = new URLSearchParams(url.slice(start + 1)).get('deep');
  return value !== null && ['true', '1', ''].includes(value.toLowerCase());
}
