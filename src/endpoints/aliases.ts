import type { HttpServer } from '@nestjs/common';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import { markRoute } from './route-order.js';
import type { Responder } from './responder.js';
import { type AdapterResponse, writeResponse } from './write-response.js';

/**
 * Registers the aliases on the HTTP server, so that no global prefix, versioning or guard applies to them. Call it before
 * Nest registers any route: Express matches routes in the order of registration, and a catch-all route of the
 * application would come first.
 */
export function registerAliases(server: HttpServer, settings: HealthSettings, responder: Responder): void {
  for (const [path, probe] of settings.aliases) {
    const handler = async (request: HealthRequest, response: AdapterResponse): Promise<AdapterResponse> => {
      writeResponse(response, await responder.probe(probe, request));
      // Fastify sends a response of its own after an async handler that returns nothing, unless the response is complete by
      // then. It is not while an `onSend` hook waits. A reply that is returned says that the handler sends it.
      return response;
    };
    markRoute(handler);
    server.get(path, handler);
  }
}
