import { Controller, Inject, RequestMapping, RequestMethod, Res, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import { PROBES } from '../core/registry.js';
import type { EndpointName, HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { decoratorNeedsStaticOptions } from '../errors/messages.js';
import type { ActionDescription, HealthActions } from '../extension/health-actions.js';
import { groupHandler, handlerOf } from './handler-names.js';
import { bodyReader } from './request-body.js';
import { Responder } from './responder.js';
import { markRoute } from './route-order.js';
import { type AdapterResponse, writeResponse } from './write-response.js';

/** A controller with one handler for each endpoint, named like the endpoint in the options. `parts`: the parts of composites. */
export interface EndpointHandlers {
  readonly responder: Responder;
}

type PendingResponse = ReturnType<Responder['probe']>;
type Respond = (responder: Responder, request: HealthRequest, response: AdapterResponse) => PendingResponse;

const ENDPOINTS: Readonly<Record<EndpointName | 'parts', Respond>> = {
  overview: (responder, request) => responder.overview(request),
  live: (responder, request) => responder.probe('live', request),
  ready: (responder, request) => responder.probe('ready', request),
  startup: (responder, request) => responder.probe('startup', request),
  deep: (responder, request) => responder.deep(request),
  checks: (responder, request) => responder.check(parametersOf(request).name, request),
  parts: (responder, request) => {
    const { name, part } = parametersOf(request);
    return responder.check(`${name}/${part}`, request);
  },
};

/**
 * Creates a controller class for one configuration, because Nest stores the paths of a controller on its class. The
 * routes are mapped later, when the options are known: `mapRoutes`.
 */
export function createHealthController(): Type<EndpointHandlers> {
  @Controller()
  class HealthController implements EndpointHandlers {
    constructor(@Inject(Responder) readonly responder: Responder) {}
  }
  for (const [name, respond] of Object.entries(ENDPOINTS)) addHandler(HealthController, name, respond);
  return HealthController;
}

/** Reads the request from the response, because each further parameter of a handler costs time in Nest. */
function requestOf(response: AdapterResponse): HealthRequest {
  return 'raw' in response ? response.request : (response.req as unknown as HealthRequest);
}

function parametersOf({ params }: HealthRequest): Readonly<Record<'name' | 'part', string>> {
  return params as Readonly<Record<'name' | 'part', string>>;
}

/** Not async: a response that is not a promise is written in this call. */
function send(pending: PendingResponse, response: AdapterResponse): unknown {
  if (pending instanceof Promise) return pending.then((finished) => writeResponse(response, finished));
  return writeResponse(response, pending);
}

/**
 * Gives the controller its paths and the decorators of the application. Nest reads both when it registers routes. That
 * happens after all providers are created, so options from a factory are known. Without `hasParts` there is no route for
 * the parts of composites, so the application can use paths of that form itself.
 */
export function mapRoutes(
  controller: Type<EndpointHandlers>,
  settings: HealthSettings,
  hasParts: boolean,
): ConfigurationFault[] {
  const { endpoints, path, decorators } = settings;
  Controller({ path, version: VERSION_NEUTRAL })(controller);
  // In the order of registration: fixed paths come before the one with a parameter.
  for (const name of ['overview', ...PROBES] as const) {
    route(controller, name, endpoints[name].enabled, endpoints[name].path);
  }
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
  addRoute(controller, name, path, (responder, request) => responder.check(path, request));
}

/** Gives each operation and page of another module a route of its own. */
export function mapActionRoutes(
  controller: Type<EndpointHandlers>,
  { name, operations, pages = [] }: HealthActions,
): void {
  const respond: Respond = (responder, request, response) =>
    responder.unmatched(request, bodyReader(request, response), 'main');
  for (const operation of [...operations, ...pages]) {
    const { path, method } = operation;
    addRoute(controller, handlerOf(name, operation), path === '' ? name : `${name}/${path}`, respond, METHODS[method]);
  }
}

const METHODS: Readonly<Record<ActionDescription['method'], RequestMethod>> = {
  GET: RequestMethod.GET,
  PUT: RequestMethod.PUT,
  POST: RequestMethod.POST,
  DELETE: RequestMethod.DELETE,
};

/** Does nothing if the route exists. Throws if the name belongs to another kind of handler. */
function addRoute(
  controller: Type<EndpointHandlers>,
  name: string,
  path: string,
  respond: Respond,
  method?: RequestMethod,
): void {
  const present: unknown = Reflect.get(controller.prototype as object, name);
  if (typeof present === 'function' && additionalHandlers.has(present)) return;
  if (present !== undefined) throw new Error(`There are two endpoints named ${name}`);
  additionalHandlers.add(addHandler(controller, name, respond));
  route(controller, name, true, path, method);
}

function addHandler(controller: Type<EndpointHandlers>, name: string, respond: Respond): object {
  // A method, so that its name is that of the endpoint: Nest shows it in the log.
  const value = {
    [name](this: EndpointHandlers, response: AdapterResponse): unknown {
      return send(respond(this.responder, requestOf(response), response), response);
    },
  }[name] as object;
  const prototype = controller.prototype as object;
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  Res()(prototype, name, 0);
  return value;
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
