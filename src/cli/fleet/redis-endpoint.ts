import type { RedisTopology } from './redis-topology.js';
import { SCHEMES } from './store-kind.js';
import type { Login } from './store-login.js';

const PORT_OF_SENTINELS = 26_379;

/** Host and port of an address, as the clients of Redis expect them. */
export function endpointOf(
  { hostname, port }: URL,
  { kind }: RedisTopology,
): { readonly host: string; readonly port: number } {
  const usual = kind === 'sentinels' ? PORT_OF_SENTINELS : SCHEMES.redis.port;
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? usual : Number(port) };
}

/** A login, as the clients of Redis expect it. */
export function credentialsOf({ user, password }: Login): { readonly username?: string; readonly password?: string } {
  return { ...(user !== undefined && { username: user }), ...(password !== undefined && { password }) };
}
