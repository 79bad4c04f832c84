import type { HttpServer } from '@nestjs/common';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import { markRoute } from './route-order.js';
import type { Responder } from './responder.js';
import { type AdapterResponse, writeResponse } from './write-response.js';

type Respond = (request: HealthRequest) => ReturnType<Responder['deep']>;

/** The additional paths of the groups, with their responses. */
export function additionalPaths({ groups }: HealthSettings, responder: Responder): [string, Respond][] {
  return [...groups.values()].flatMap(({ path, additionalPath }) =>
    additionalPath === undefined ? [] : [[additionalPath, (request) => responder.check(path, request)]],
  );
}

/** The aliases of the probes, with their responses. */
export function aliasPaths({ aliases }: HealthSettings, responder: Responder): [string, Respond][] {
  return [...aliases].map(([path, probe]) => [path, (request) => responder.probe(probe, request)]);
}

/**
 * Registers paths on the HTTP server, so that no global prefix, versioning or guard applies to them. Call it before Nest
 * registers any route: Express matches routes in the order of registration, and a catch-all route of the application would
 * come first.
 */
export function registerPaths(server: HttpServer, paths: readonly (readonly [string, Respond])[]): void {
  for (const [path, respond] of paths) {
    const handler = async (request: HealthRequest, response: AdapterResponse): Promise<AdapterResponse> => {
      writeResponse(response, await respond(request));
      // After an async handler that returns nothing, Fastify sends a response itself, unless one is complete by then. While an
      // `onSend` hook waits, none is complete. A returned reply tells Fastify that the handler sends it.
      return response;
    };
    markRoute(handler);
    server.get(path, handler);
  }
}
