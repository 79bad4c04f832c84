import { join } from 'node:path';
import type { ServerKind } from '../../support/servers/private-server.js';

/** A microservice of Nest over TCP, in a separate process. */
export const responder: ServerKind = {
  name: 'microservice',
  programs: [process.execPath],
  user: 'nobody',
  scheme: 'tcp:',
  command: ({ port }) => ({ file: process.execPath, args: [join(import.meta.dirname, 'responder.mjs'), `${port}`] }),
  ready: /the responder is ready/,
};
