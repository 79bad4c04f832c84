import { readFileSync } from 'node:fs';

/**
 * The number of sockets of the process that are connected to a port of the loopback address. Sockets that the process has
 * closed, and that the system still terminates, do not count.
 */
export function openSockets(port: number): number {
  const remote = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[2]?.endsWith(`:${remote}`) && columns[9] !== '0').length;
}
