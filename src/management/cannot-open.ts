import { cannotListen } from '../errors/cannot-listen.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { type ManagementSettings, PLACE } from './management-options.js';

const REMEDIES = {
  ifInUse:
    'choose another port, or 0 for any free one. In node:cluster each worker needs its own: (worker) => 9090 + worker',
  ifHostUnknown: 'leave host out for every address, or use 127.0.0.1',
};

/** The fault of an application that listens on its management port. */
export const isMainPort = (port: number): ConfigurationFault => ({
  place: `${PLACE}, port`,
  problem: `port ${port} is the management port, and the application itself listens on it too`,
  remedy: 'choose another management port, or another port in app.listen()',
});

/** The fault of a port that cannot be opened, or of a file that cannot be written. */
export function cannotOpen(
  { port, host, portFile }: ManagementSettings,
  error: NodeJS.ErrnoException,
): ConfigurationFault {
  // Only the errors of files have a path.
  if (error.path === undefined) return cannotListen({ place: PLACE, port, host, ...REMEDIES }, error);
  return {
    place: `${PLACE}, portFile`,
    problem: `cannot write ${portFile}: ${error.message}`,
    remedy: 'use a file in a folder that exists and is writable',
  };
}
