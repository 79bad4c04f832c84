import type { ConfigurationFault } from './fault.js';

/** The options of a port that could not be opened, and the remedies for two faults. */
interface Port {
  /** The place of the options. */
  readonly place: string;
  readonly port: number;
  /** Undefined: every address. */
  readonly host: string | undefined;
  readonly ifInUse: string;
  readonly ifHostUnknown: string;
}

const UNKNOWN_HOST: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);

/** The fault of a port that cannot be opened. */
export function cannotListen(
  { place, port, host, ifInUse, ifHostUnknown }: Port,
  { code, message }: NodeJS.ErrnoException,
): ConfigurationFault {
  const address = host ?? 'every address';
  if (code === 'EADDRINUSE') {
    return { place: `${place}, port`, problem: `port ${port} of ${address} is in use`, remedy: ifInUse };
  }
  if (code === 'EACCES') {
    const problem = `the process may not listen on port ${port}`;
    return { place: `${place}, port`, problem, remedy: 'use a port from 1024' };
  }
  if (host !== undefined && UNKNOWN_HOST.has(code)) {
    return { place: `${place}, host`, problem: `${host} is not an address of this machine`, remedy: ifHostUnknown };
  }
  const problem = `cannot listen on port ${port} of ${address}: ${message}`;
  return { place, problem, remedy: 'change port or host' };
}
