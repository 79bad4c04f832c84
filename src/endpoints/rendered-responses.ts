import type { Evaluation } from '../core/probe.js';
import type { HealthFormatter } from '../extension/health-endpoints.js';
import type { HealthPort } from '../extension/health-port.js';
import { project } from '../extension/visible-report.js';
import type { HealthSettings } from '../options/health-settings.js';
import { type HealthView, VIEWS } from '../options/view.js';
import { baseOf } from './base.js';
import { BASE_HEADERS, type HealthResponse, finishText, mergeHeaders } from './health-response.js';
import { retryAfterOf } from './retry-after.js';

/** The finished responses of one evaluation: for each format, one for each view. */
type Rendered = Record<string, Partial<Record<HealthView, HealthResponse>>>;

type Settings = Pick<HealthSettings, 'path' | 'groups' | 'statusCodes' | 'retryAfter' | 'identity' | 'headers'>;

/** The responses with reports. Each is rendered once for a view and a format, and reused while its evaluation is the current one. */
export class RenderedResponses {
  readonly #settings: Settings;
  /** Weak, so that the responses of removed indicators and of replaced evaluations need no clean-up. */
  readonly #rendered = new WeakMap<Evaluation, Rendered>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get(
    probe: string,
    view: HealthView,
    evaluation: Evaluation,
    format: HealthFormatter,
    url: string,
    port: HealthPort = 'main',
  ): HealthResponse {
    let rendered = this.#rendered.get(evaluation);
    if (!rendered) this.#rendered.set(evaluation, (rendered = {}));
    if ('isBuiltIn' in format) {
      const byView = (rendered[format.name] ??= {});
      return (byView[view] ??= this.#render(probe, view, evaluation, format, undefined, port));
    }
    // A format of another module may contain links, which depend on the URL and the port of the request.
    const base = baseOf(url, this.#settings.path);
    const byView = (rendered[`${format.name} ${port} ${base}`] ??= {});
    return (byView[view] ??= this.#render(probe, view, evaluation, format, base, port));
  }

  #render(
    name: string,
    view: HealthView,
    { report, checkedAt }: Evaluation,
    format: HealthFormatter,
    base: string | undefined,
    port: HealthPort,
  ): HealthResponse {
    const { groups, statusCodes, retryAfter, identity, headers } = this.#settings;
    const statusCode = (groups.get(name)?.statusCodes ?? statusCodes)[report.status];
    const own = {
      ...BASE_HEADERS,
      'content-type': `${format.mediaType}; charset=utf-8`,
      'x-health-status': report.status,
      'x-health-checked-at': checkedAt,
      ...retryAfterOf(statusCode, retryAfter),
      ...(view !== VIEWS[0] && identity.version !== undefined && { 'x-service-version': identity.version }),
    };
    const body = format.format({ name, report: project(report, view), view, base, port });
    return finishText(statusCode, mergeHeaders(own, headers, format.headers), body);
  }
}
