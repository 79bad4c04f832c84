import type { HttpServer } from '@nestjs/common';
import type { HealthRequest } from '../options/health-module-options.js';
import { bodyReader } from './request-body.js';
import type { Responder } from './responder.js';
import { NAME, endpointPaths } from './route-order.js';
import { type AdapterResponse, writeResponse } from './write-response.js';

interface Fastify {
  addHook(name: 'onRoute', hook: (route: { readonly url: string }) => void): unknown;
  register(plugin: (child: FastifyChild, options: object, done: () => void) => void, options: object): unknown;
}

interface FastifyChild {
  setNotFoundHandler(handler: (request: HealthRequest, reply: AdapterResponse) => unknown): unknown;
}

interface Express {
  use(path: string, handler: (request: HealthRequest, response: AdapterResponse) => void): unknown;
}

type UnmatchedResponder = Pick<Responder, 'unmatched'>;

/** Returns the reply, which tells Fastify that the handler sends it. */
async function respond(
  responder: UnmatchedResponder,
  request: HealthRequest,
  response: AdapterResponse,
): Promise<AdapterResponse> {
  const result = responder.unmatched(request, bodyReader(request, response));
  writeResponse(response, result instanceof Promise ? await result : result);
  return response;
}

/**
 * Responds with a 404 of the library below the base path on Fastify, because the 404 of the adapter repeats the path. Fastify
 * uses the handler only if no route of the application matches. Call it before Nest registers any route.
 */
export function handleUnmatchedOnFastify(server: HttpServer, path: string, responder: UnmatchedResponder): void {
  const instance: unknown = server.getInstance();
  if (!isFastify(instance)) return;
  const bases = new Set<string>();
  instance.addHook('onRoute', ({ url }) => {
    const base = url.slice(0, -NAME.length);
    if (!url.endsWith(`/${path}${NAME}`) || bases.has(base)) return;
    bases.add(base);
    instance.register(
      (child, _options, done) => {
        child.setNotFoundHandler((request, reply) => respond(responder, request, reply));
        done();
      },
      { prefix: base },
    );
  });
}

/**
 * The same on Express. Call it after Nest has registered all routes and before it registers its own 404 handler: Express
 * uses handlers in the order of registration, so every route of the application comes first.
 */
export function handleUnmatchedOnExpress(server: HttpServer, responder: UnmatchedResponder): void {
  const instance: unknown = server.getInstance();
  for (const path of endpointPaths(instance)) {
    if (!path.endsWith(NAME) || path === NAME) continue;
    (instance as Express).use(path.slice(0, -NAME.length), (request, response) => {
      void respond(responder, request, response);
    });
  }
}

function isFastify(instance: unknown): instance is Fastify {
  return typeof instance === 'object' && instance !== null && 'addHook' in instance && 'register' in instance;
}
