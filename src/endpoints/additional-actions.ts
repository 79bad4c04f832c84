import type { ActionRequest, HealthActions, ReadBody } from '../extension/health-actions.js';
import type { HealthPort } from '../extension/health-port.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import { BASE_HEADERS, type HealthResponse, finishText, mergeHeaders } from './health-response.js';

/** The port of a request. `unmatched`: the port of the application, where no route has matched. */
export type ActionPort = HealthPort | 'unmatched';

/** The actions of other modules, found by the URL of a request. */
export class AdditionalActions {
  readonly #settings: Pick<HealthSettings, 'path' | 'headers'>;
  /** By path in lower case, without a global prefix. */
  readonly #actions = new Map<string, HealthActions>();

  constructor(settings: Pick<HealthSettings, 'path' | 'headers'>) {
    this.#settings = settings;
  }

  /** Throws if there are actions of this name already. */
  add(actions: HealthActions): void {
    const path = `/${[this.#settings.path, actions.name].filter((part) => part !== '').join('/')}`.toLowerCase();
    if (this.#actions.has(path)) throw new Error(`There are two endpoints named ${actions.name}`);
    this.#actions.set(path, actions);
  }

  /** The response to a request for an action. Undefined: the URL is not one of an action, or the port does not serve it. */
  respond(
    request: HealthRequest,
    readBody: ReadBody,
    readView: ActionRequest['readView'],
    port: ActionPort,
  ): Promise<HealthResponse> | undefined {
    if (this.#actions.size === 0) return undefined;
    // Express removes the base path from `url` where it calls a handler of unmatched paths.
    const { originalUrl } = request;
    const [path = ''] = (typeof originalUrl === 'string' ? originalUrl : request.url).split('?', 1);
    for (const [base, actions] of this.#actions) {
      if (port !== 'management' && !actions.isOnMainPort) continue;
      const rest = restOf(path, base, port);
      if (rest !== undefined)
        return this.#respond(actions, {
          request,
          segments: segmentsOf(rest),
          isRouted: port !== 'unmatched',
          readBody,
          readView,
        });
    }
    return undefined;
  }

  async #respond(actions: HealthActions, action: ActionRequest): Promise<HealthResponse> {
    const { statusCode, contentType, headers, body } = await actions.respond(action);
    const own = { ...BASE_HEADERS, 'content-type': contentType };
    return finishText(statusCode, mergeHeaders(own, this.#settings.headers, headers), body);
  }
}

/** The path after the base. On the main port a prefix of the application may precede the base. Case is ignored, as on Express. */
function restOf(path: string, base: string, port: ActionPort): string | undefined {
  const start = `${path.toLowerCase()}/`.indexOf(`${base}/`);
  if (start < 0 || (port === 'management' && start > 0)) return undefined;
  return path.slice(start + base.length);
}

function segmentsOf(rest: string): string[] | undefined {
  if (rest === '' || rest === '/') return [];
  try {
    // A slash at the end is ignored as on Express.
    return rest
      .slice(1)
      .replace(/\/$/, '')
      .split('/')
      .map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}
