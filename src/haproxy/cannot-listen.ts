import type { ConfigurationFault } from '../errors/fault.js';
import { type AgentSettings, PLACE } from './agent-options.js';

const UNKNOWN_HOST: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);

/** The fault of a port that cannot be opened. */
export function cannotListen({ port, host }: AgentSettings, error: NodeJS.ErrnoException): ConfigurationFault {
  if (error.code === 'EADDRINUSE') {
    return {
      place: `${PLACE}, port`,
      problem: `port ${port} of ${host} is in use`,
      remedy: 'choose another port. In node:cluster each worker needs its own: use forRootAsync()',
    };
  }
  if (error.code === 'EACCES') {
    return {
      place: `${PLACE}, port`,
      problem: `the process may not listen on port ${port}`,
      remedy: 'use a port from 1024',
    };
  }
  if (error.code !== undefined && UNKNOWN_HOST.has(error.code)) {
    return {
      place: `${PLACE}, host`,
      problem: `${host} is no address of this machine`,
      remedy: 'use an address of this machine, :: for every address, or leave host out for 127.0.0.1',
    };
  }
  return {
    place: PLACE,
    problem: `cannot listen on port ${port} of ${host}: ${error.message}`,
    remedy: 'change port or host',
  };
}
