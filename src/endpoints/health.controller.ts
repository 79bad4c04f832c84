import { Controller, Inject, RequestMapping, RequestMethod, Res, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { decoratorNeedsStaticOptions } from '../errors/messages.js';
import { groupHandler } from './group-handler.js';
import type { ActionDescription, HealthActions } from '../extension/health-actions.js';
import { handlerOf } from './handler-name.js';
import { bodyReader } from './request-body.js';
import { Responder } from './responder.js';
import { markRoute } from './route-order.js';
import { type AdapterResponse, writeResponse } from './write-response.js';

/** The handlers of the endpoints, named like the endpoints in the options. */
export interface EndpointHandlers {
  overview(response: AdapterResponse): unknown;
  live(response: AdapterResponse): unknown;
  ready(response: AdapterResponse): unknown;
  startup(response: AdapterResponse): unknown;
  deep(response: AdapterResponse): unknown;
  checks(response: AdapterResponse): unknown;
  /** The parts of composites. */
  parts(response: AdapterResponse): unknown;
  /** Has no route: the routes with a fixed name call it. */
  check(name: string, response: AdapterResponse): unknown;
  /** Has no route either. */
  act(response: AdapterResponse): unknown;
}

/**
 * Creates a controller class for one configuration, because Nest stores the paths of a controller on its class. The
 * routes are mapped later, when the options are known: `mapRoutes`.
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
      return send(this.responder.deep(requestOf(response)), response);
    }

    checks(@Res() response: AdapterResponse): unknown {
      return this.check(nameIn(requestOf(response)), response);
    }

    parts(@Res() response: AdapterResponse): unknown {
      return this.check(partIn(requestOf(response)), response);
    }

    check(name: string, response: AdapterResponse): unknown {
      return send(this.responder.check(name, requestOf(response)), response);
    }

    act(response: AdapterResponse): unknown {
      const request = requestOf(response);
      return send(this.responder.unmatched(request, bodyReader(request, response), 'main'), response);
    }
  }
  return HealthController;
}

/** Reads the request from the response, because each further parameter of a handler costs time in Nest. */
function requestOf(response: AdapterResponse): HealthRequest {
  return 'raw' in response ? response.request : (response.req as unknown as HealthRequest);
}

function nameIn({ params }: HealthRequest): string {
  return (params as Readonly<Record<'name', string>>).name;
}

function partIn({ params }: HealthRequest): string {
  const { name, part } = params as Readonly<Record<'name' | 'part', string>>;
  return `${name}/${part}`;
}

/** Not async: a response that is no promise is written in this call. */
function send(answer: ReturnType<Responder['probe']>, response: AdapterResponse): unknown {
  if (answer instanceof Promise) return answer.then((finished) => writeResponse(response, finished));
  return writeResponse(response, answer);
}

/**
 * Gives the controller its paths and the decorators of the application. Nest reads both when it registers routes. That
 * happens after all providers are created, so options from a factory are known. Without `hasParts` there is no route for
 * the parts of composites: an application that has none keeps its own paths of that form.
 */
export function mapRoutes(
  controller: Type<EndpointHandlers>,
  settings: HealthSettings,
  hasParts: boolean,
): ConfigurationFault[] {
  const { endpoints, path, decorators } = settings;
  Controller({ path, version: VERSION_NEUTRAL })(controller);
  // In the order of registration: fixed paths come before the one with a parameter.
  route(controller, 'overview', endpoints.overview.enabled, '/');
  route(controller, 'live', endpoints.live.enabled, endpoints.live.path);
  route(controller, 'ready', endpoints.ready.enabled, endpoints.ready.path);
  route(controller, 'startup', endpoints.startup.enabled, endpoints.startup.path);
  route(controller, 'deep', endpoints.deep.enabled, endpoints.deep.path);
  for (const [name, group] of settings.groups) {
    if (group.hasEndpoint) mapAdditionalRoute(controller, groupHandler(name), group.path);
  }
  // Also if `checks` is disabled: this route serves the endpoints of other modules.
  route(controller, 'checks', true, ':name');
  route(controller, 'parts', hasParts && endpoints.checks.enabled, ':name/:part');

  const enhancers = enhancersOf(controller);
  applyDecorators(controller, decorators);
  return enhancersOf(controller) === enhancers ? [] : [decoratorNeedsStaticOptions()];
}

/** Handlers for the endpoints of other modules. A process may start several applications with one controller class. */
const additionalHandlers = new WeakSet<object>();

/** Gives an endpoint of another module, or a group, a route of its own, with the response of the route with a parameter. */
export function mapAdditionalRoute(controller: Type<EndpointHandlers>, name: string, path: string = name): void {
  const isNew = addHandler(controller, name, function (this: EndpointHandlers, response) {
    return this.check(path, response);
  });
  if (isNew) route(controller, name, true, path);
}

/** Gives each operation and page of another module a route of its own. */
export function mapActionRoutes(
  controller: Type<EndpointHandlers>,
  { name, operations, pages = [] }: HealthActions,
): void {
  for (const operation of [...operations, ...pages]) {
    const handler = handlerOf(name, operation);
    const isNew = addHandler(controller, handler, function (this: EndpointHandlers, response) {
      return this.act(response);
    });
    const { path, method } = operation;
    if (isNew) route(controller, handler, true, path === '' ? name : `${name}/${path}`, METHODS[method]);
  }
}

const METHODS: Readonly<Record<ActionDescription['method'], RequestMethod>> = {
  GET: RequestMethod.GET,
  PUT: RequestMethod.PUT,
  POST: RequestMethod.POST,
  DELETE: RequestMethod.DELETE,
};

/** Returns whether the handler is new. Throws if the name belongs to another kind of handler. */
function addHandler(
  controller: Type<EndpointHandlers>,
  name: string,
  handle: (this: EndpointHandlers, response: AdapterResponse) => unknown,
): boolean {
  const prototype = controller.prototype as object;
  const present: unknown = Reflect.get(prototype, name);
  if (typeof present === 'function' && additionalHandlers.has(present)) return false;
  if (present !== undefined) throw new Error(`There are two endpoints named ${name}`);
  const value = {
    [name](this: EndpointHandlers, response: AdapterResponse): unknown {
      return handle.call(this, response);
    },
  }[name];
  if (value) additionalHandlers.add(value);
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  Res()(prototype, name, 0);
  return true;
}

/** Applies the decorators of the application to the controller. */
export function applyDecorators(controller: Type<EndpointHandlers>, decorators: HealthSettings['decorators']): void {
  for (const decorate of decorators) decorate(controller);
}

/** Nest's metadata keys for classes of guards, interceptors, pipes and filters. It creates those before any factory runs. */
const ENHANCERS = ['__guards__', '__interceptors__', '__pipes__', '__exceptionFilters__'];

function enhancersOf(controller: Type<EndpointHandlers>): number {
  return ENHANCERS.reduce(
    (count, key) => count + ((Reflect.getMetadata(key, controller) as unknown[]) ?? []).length,
    0,
  );
}

function route(
  controller: Type<EndpointHandlers>,
  handler: string,
  isEnabled: boolean,
  path: string,
  method = RequestMethod.GET,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, handler);
  if (!isEnabled || !descriptor) return;
  markRoute(descriptor.value as object);
  RequestMapping({ path, method })(controller.prototype as object, handler, descriptor);
}
