import { readFileSync } from 'node:fs';

/**
 * How many sockets the process holds that are connected to a port of the loopback address. Those that the system still
 * has to take leave of, after the process has closed them, belong to nobody any more and do not count.
 */
export function openSockets(port: number): number {
  const remote = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[2]?.endsWith(`:${remote}`) && columns[9] !== '0').length;
}
