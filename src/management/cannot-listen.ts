import type { ConfigurationFault } from '../errors/fault.js';
import { type ManagementSettings, PLACE } from './management-options.js';

/** The fault of an application that listens on its management port. */
export const isMainPort = (port: number): ConfigurationFault => ({
  place: `${PLACE}, port`,
  problem: `port ${port} is the management port, and the application itself listens on it too`,
  remedy: 'choose another management port, or another port in app.listen()',
});

/** The fault of a port that cannot be opened, or of a file that cannot be written. */
export function cannotListen(settings: ManagementSettings, error: NodeJS.ErrnoException): ConfigurationFault {
  const { port, host, portFile } = settings;
  const address = host ?? 'every address';
  // The errors of files have a path.
  if (error.path !== undefined) {
    return {
      place: `${PLACE}, portFile`,
      problem: `cannot write ${portFile}: ${error.message}`,
      remedy: 'use a file in a folder that exists and is writable',
    };
  }
  if (error.code === 'EADDRINUSE') {
    return {
      place: `${PLACE}, port`,
      problem: `port ${port} is in use (${address})`,
      remedy:
        'choose another port, or 0 for any free one. In node:cluster each worker needs its own: (worker) => 9090 + worker',
    };
  }
  if (error.code === 'EACCES') {
    return { place: `${PLACE}, port`, problem: `the process may not use port ${port}`, remedy: 'use a port from 1024' };
  }
  if (host !== undefined && UNKNOWN_HOST.has(error.code ?? '')) {
    return {
      place: `${PLACE}, host`,
      problem: `${host} is no address of this machine`,
      remedy: 'leave host out for every address, or use 127.0.0.1',
    };
  }
  return {
    place: PLACE,
    problem: `cannot listen on ${address}, port ${port}: ${error.message}`,
    remedy: 'change port or host',
  };
}

const UNKNOWN_HOST: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);
