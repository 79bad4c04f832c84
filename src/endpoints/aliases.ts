import type { HttpServer } from '@nestjs/common';
import type { HealthRequest } from '../options/health-module-options.js';
import type { HealthSettings } from '../options/health-settings.js';
import type { Responder } from './responder.js';
import { type AdapterResponse, writeResponse } from './write-response.js';

/**
 * Registers the aliases on the server itself: at its root, whatever global prefix, versioning or guards the
 * application has.
 */
export function registerAliases(server: HttpServer, settings: HealthSettings, responder: Responder): void {
  for (const [path, probe] of settings.aliases) {
    server.get(path, async (request: HealthRequest, response: AdapterResponse) => {
      writeResponse(response, await responder.probe(probe, request));
    });
  }
}
