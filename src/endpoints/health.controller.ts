import { Controller, Inject, RequestMapping, RequestMethod, Res, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { decoratorNeedsStaticOptions } from '../errors/messages.js';
import { Responder } from './responder.js';
import { markRoute } from './route-order.js';
import { type AdapterResponse, writeResponse } from './write-response.js';

/** The handlers of the endpoints. The names are those of the endpoints in the options. */
export interface EndpointHandlers {
  overview(response: AdapterResponse): unknown;
  live(response: AdapterResponse): unknown;
  ready(response: AdapterResponse): unknown;
  startup(response: AdapterResponse): unknown;
  deep(response: AdapterResponse): unknown;
  checks(response: AdapterResponse): unknown;
  /** No route: what routes with a fixed name call. */
  check(name: string, response: AdapterResponse): unknown;
}

/**
 * A controller class of its own for each configuration, because Nest keeps a controller's paths on the class. The
 * routes are mapped when the options are known: `mapRoutes`.
 */
export function createHealthController(): Type<EndpointHandlers> {
  @Controller()
  class HealthController implements EndpointHandlers {
    constructor(@Inject(Responder) private readonly responder: Responder) {}

    overview(@Res() response: AdapterResponse): unknown {
      return send(this.responder.overview(requestOf(response)), response);
    }

    live(@Res() response: AdapterResponse): unknown {
      return send(this.responder.probe('live', requestOf(response)), response);
    }

    ready(@Res() response: AdapterResponse): unknown {
      return send(this.responder.probe('ready', requestOf(response)), response);
    }

    startup(@Res() response: AdapterResponse): unknown {
      return send(this.responder.probe('startup', requestOf(response)), response);
    }

    deep(@Res() response: AdapterResponse): unknown {
      return send(this.responder.probe('deep', requestOf(response)), response);
    }

    checks(@Res() response: AdapterResponse): unknown {
      return this.check(nameIn(requestOf(response)), response);
    }

    check(name: string, response: AdapterResponse): unknown {
      return send(this.responder.check(name, requestOf(response)), response);
    }
  }
  return HealthController;
}

/** Every adapter's response knows its request. Nest takes its time for each parameter that it hands to a handler. */
function requestOf(response: AdapterResponse): HealthRequest {
  return 'raw' in response ? response.request : (response.req as unknown as HealthRequest);
}

function nameIn({ params }: HealthRequest): string {
  return (params as Readonly<Record<'name', string>>).name;
}

type Answer = ReturnType<Responder['probe']>;

/** Not async: an answer that is at hand goes out in this very call. */
function send(answer: Answer, response: AdapterResponse): unknown {
  if (answer instanceof Promise) return answer.then((finished) => writeResponse(response, finished));
  return writeResponse(response, answer);
}

/**
 * Gives the controller its paths and the application's own decorators. Nest reads both when it registers routes, which
 * is after all providers are there, so options from a factory come in time.
 */
export function mapRoutes(controller: Type<EndpointHandlers>, settings: HealthSettings): ConfigurationFault[] {
  const { endpoints, path, decorators } = settings;
  Controller({ path, version: VERSION_NEUTRAL })(controller);
  // The order is the order of registration: a fixed path comes before the one with a name.
  route(controller, 'overview', endpoints.overview.enabled, '/');
  route(controller, 'live', endpoints.live.enabled, endpoints.live.path);
  route(controller, 'ready', endpoints.ready.enabled, endpoints.ready.path);
  route(controller, 'startup', endpoints.startup.enabled, endpoints.startup.path);
  route(controller, 'deep', endpoints.deep.enabled, endpoints.deep.path);
  // Also where single checks are not answered: other endpoints are, that have a name of their own.
  route(controller, 'checks', true, ':name');

  const enhancers = enhancersOf(controller);
  applyDecorators(controller, decorators);
  return enhancersOf(controller) === enhancers ? [] : [decoratorNeedsStaticOptions()];
}

/** Those of endpoints beside the probes. A process may start several applications with one controller class. */
const furtherHandlers = new WeakSet<object>();

/** Gives an endpoint beside the probes a route of its own, which answers what the route with a name would. */
export function mapFurtherRoute(controller: Type<EndpointHandlers>, name: string): void {
  const prototype = controller.prototype as object;
  const present: unknown = Reflect.get(prototype, name);
  if (typeof present === 'function' && furtherHandlers.has(present)) return;
  if (present !== undefined) throw new Error(`There are two endpoints named ${name}`);
  const value = {
    [name](this: EndpointHandlers, response: AdapterResponse): unknown {
      return this.check(name, response);
    },
  }[name];
  if (value) furtherHandlers.add(value);
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  Res()(prototype, name, 0);
  route(controller, name, true, name);
}

/** Puts the application's own decorators on the controller. */
export function applyDecorators(controller: Type<EndpointHandlers>, decorators: HealthSettings['decorators']): void {
  for (const decorate of decorators) decorate(controller);
}

/** Where Nest keeps guards, interceptors, pipes and filters of a class. It creates them while it scans, before any factory has run. */
const ENHANCERS = ['__guards__', '__interceptors__', '__pipes__', '__exceptionFilters__'];

function enhancersOf(controller: Type<EndpointHandlers>): number {
  return ENHANCERS.reduce(
    (count, key) => count + ((Reflect.getMetadata(key, controller) as unknown[]) ?? []).length,
    0,
  );
}

function route(controller: Type<EndpointHandlers>, handler: string, isEnabled: boolean, path: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, handler);
  if (!isEnabled || !descriptor) return;
  markRoute(descriptor.value as object);
  RequestMapping({ path, method: RequestMethod.GET })(controller.prototype as object, handler, descriptor);
}
