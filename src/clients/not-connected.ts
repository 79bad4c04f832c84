import { HealthCheckError } from '../errors/health-check.error.js';

/** The client has no connection. No command is sent, because the client would queue it until there is a connection. */
export function notConnected(state: string, cause?: unknown): HealthCheckError {
  return new HealthCheckError(`not connected: the client is ${state}`, { code: 'ENOTCONN', cause });
}
