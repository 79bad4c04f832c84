import { SocketAddress, isIP } from 'node:net';
import type { HealthRequest } from '../../options/health-module-options.js';

/** An IPv4 address that is written as an IPv6 address (RFC 4291, section 2.5.5.2). */
const MAPPED = '::ffff:';
/** An address has eight groups, and parts of it are counted with the empty one between the colons of "::". */
const PARTS = 9;
const GROUPS_OF_NETWORK = 4;

/**
 * The address by which a caller is counted: its IPv4 address, or the /64 network of its IPv6 address, because a single
 * host may use all addresses of such a network. Behind a proxy, `request.ip` is the address that the adapter determines by
 * its `trust proxy` setting. It may be any text that the caller has sent, so it counts only if it is an address. Empty: the
 * connection has no address, for example that of a Unix socket.
 */
export function callerAddress({ ip, socket }: HealthRequest): string {
  const address = (isIP(String(ip)) === 0 ? socket?.remoteAddress : ip) ?? '';
  return isIP(address) === 6 ? networkOf(address) : address;
}

function networkOf(text: string): string {
  const [withoutZone = ''] = text.split('%', 1);
  // The canonical form: lower case, and the longest run of zeros as "::".
  const { address } = new SocketAddress({ address: withoutZone, family: 'ipv6' });
  if (address.startsWith(MAPPED) && address.includes('.')) return address.slice(MAPPED.length);
  const groups = address.replace('::', `:${'0:'.repeat(PARTS - address.split(':').length)}`).split(':');
  const network = groups.slice(0, GROUPS_OF_NETWORK).map((group) => group || '0');
  return `${network.join(':')}::/64`;
}
