import type { RedisTopology } from './redis-topology.js';

const PORT = 6379;
const PORT_OF_SENTINELS = 26_379;

/** Host and port of an address, as the clients of Redis expect them. */
export function endpointOf(
  { hostname, port }: URL,
  { kind }: RedisTopology,
): { readonly host: string; readonly port: number } {
  const usual = kind === 'sentinels' ? PORT_OF_SENTINELS : PORT;
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? usual : Number(port) };
}
