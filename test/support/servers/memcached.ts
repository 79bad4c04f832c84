import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const memcached = findProgram('memcached');

/** Without a login: memcached only supports passwords of SASL, from a database of the system. */
export const memcachedServer: ServerKind = {
  name: 'memcached',
  programs: [memcached],
  systemUser: 'memcache',
  user: 'application',
  scheme: 'memcached:',
  command: ({ port }) => ({ file: memcached, args: ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-vv'] }),
  ready: /server listening/,
};
