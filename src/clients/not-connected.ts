import { HealthCheckError } from '../errors/health-check.error.js';

/** What is said of a client that knows that it has no connection: it would put a command aside until it has one. */
export function notConnected(state: string): HealthCheckError {
  return new HealthCheckError(`not connected: the client is ${state}`, { code: 'ENOTCONN' });
}
