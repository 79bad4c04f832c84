import type { HttpServer } from '@nestjs/common';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import { markRoute } from './route-order.js';
import type { Responder } from './responder.js';
import { type AdapterResponse, writeResponse } from './write-response.js';

/**
 * Registers the aliases on the server itself: at its root, whatever global prefix, versioning or guards the application
 * has. Called before Nest registers any route, because Express asks routes in that order and a catch-all route of the
 * application would answer instead.
 */
export function registerAliases(server: HttpServer, settings: HealthSettings, responder: Responder): void {
  for (const [path, probe] of settings.aliases) {
    const answer = async (request: HealthRequest, response: AdapterResponse): Promise<void> => {
      writeResponse(response, await responder.probe(probe, request));
    };
    markRoute(answer);
    server.get(path, answer);
  }
}
