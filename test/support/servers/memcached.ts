import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const memcached = findProgram('memcached');

/** Without a login: it knows no passwords but those of SASL, which are kept in a database of the system's. */
export const memcachedServer: ServerKind = {
  name: 'memcached',
  programs: [memcached],
  systemUser: 'memcache',
  user: 'application',
  scheme: 'memcached:',
  command: ({ port }) => ({ file: memcached, args: ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-vv'] }),
  ready: /server listening/,
};
